#include "tools/specctl/journal_view.h"

#include <unistd.h>

#include <string>
#include <utility>

#include "tools/specctl/print_page.h"

namespace specctl::cli {
namespace {

constexpr Nanos kShowInterval = std::chrono::milliseconds(250);

}  // namespace

JournalView::JournalView() : view_(controller::TerminalView::For(STDERR_FILENO)) {}

void JournalView::Show(JournalCopy& journal) {
  if (journal.begun() == nullptr) return;
  if (!std::exchange(notes_told_, true)) {
    for (const std::string& note : journal.begun()->notes) Say("note: " + note);
  }
  const MonoTime now = MonoNow();
  if (shown_at_ && now - *shown_at_ < kShowInterval) return;
  shown_at_ = now;
  view_.Show(journal.Snapshot(), now);
}

}  // namespace specctl::cli
