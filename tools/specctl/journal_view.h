// JournalView: a journal that arrives, as it is shown.
#pragma once

#include <optional>

#include "common/base/clock.h"
#include "controller/live/terminal_view.h"
#include "tools/specctl/journal_copy.h"

namespace specctl::cli {

// On stderr, four times a second at most.
class JournalView {
 public:
  JournalView();

  // The run's notes are told first.  Nothing before the run has begun.
  void Show(JournalCopy& journal);
  // Takes it away, so that other text may be written.
  void Clear() { view_.Clear(); }

 private:
  controller::TerminalView view_;
  bool notes_told_ = false;
  std::optional<MonoTime> shown_at_;
};

}  // namespace specctl::cli
