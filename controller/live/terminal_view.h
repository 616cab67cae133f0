// Progress of a run on stderr.
#pragma once

#include <optional>
#include <string>

#include "common/base/clock.h"
#include "controller/live/live_text.h"

namespace specctl::controller {

// On a terminal a block that redraws in place, elsewhere a plain line every few seconds.
// Not thread-safe.
class TerminalView final : public RunObserver {
 public:
  struct Options {
    int fd = 2;
    bool terminal = false;  // isatty(fd)
    Nanos plain_interval = std::chrono::seconds(5);
  };
  // For `fd` as it is: a terminal, or not.
  static TerminalView For(int fd);

  explicit TerminalView(Options options) : options_(options) {}

  void OnSnapshot(std::shared_ptr<const RunSnapshot> snapshot) override {
    Show(*snapshot, MonoNow());
  }
  void OnEnd() override { Clear(); }

  // Shows the snapshot; without a terminal only once in `plain_interval`, or when the stage
  // changes.
  void Show(const RunSnapshot& snapshot, MonoTime now);
  // Takes the block away, so that other text may be written.
  void Clear();

 private:
  void WriteText(const std::string& text);
  size_t Columns() const;

  Options options_;
  size_t lines_shown_ = 0;
  LiveStage last_stage_ = LiveStage::kPreparing;
  std::optional<MonoTime> last_line_;
};

}  // namespace specctl::controller
