#include "controller/live/terminal_view.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <absl/strings/str_format.h>

#include "common/base/printable.h"

namespace specctl::controller {
namespace {

constexpr size_t kColumnsDefault = 100;

}  // namespace

TerminalView TerminalView::For(int fd) {
  Options options;
  options.fd = fd;
  options.terminal = isatty(fd) == 1;
  return TerminalView(options);
}

void TerminalView::Show(const RunSnapshot& snapshot, MonoTime now) {
  if (!options_.terminal) {
    const bool due = !last_line_ || now - *last_line_ >= options_.plain_interval ||
                     snapshot.figures.stage != last_stage_;
    if (!due) return;
    last_line_ = now;
    last_stage_ = snapshot.figures.stage;
    return WriteText(Printable(PlainLine(snapshot)) + "\n");
  }
  std::string text;
  // Redraw in place: go up to the first line, erase each line before writing it, and erase the rest
  // at the end.
  if (lines_shown_ > 0) absl::StrAppendFormat(&text, "\x1b[%dA", lines_shown_);
  const std::vector<std::string> lines = BlockLines(snapshot, Columns());
  for (const std::string& line : lines) text += "\r\x1b[2K" + Printable(line) + "\n";
  lines_shown_ = lines.size();
  WriteText(text + "\x1b[J");
}

void TerminalView::Clear() {
  if (lines_shown_ == 0) return;
  WriteText(absl::StrFormat("\x1b[%dA\r\x1b[J", lines_shown_));
  lines_shown_ = 0;
}

// The view is no part of the run: a terminal that went away must not end it.
void TerminalView::WriteText(const std::string& text) {
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = write(options_.fd, text.data() + written, text.size() - written);
    if (count <= 0) return;
    written += static_cast<size_t>(count);
  }
}

size_t TerminalView::Columns() const {
  winsize size = {};
  if (ioctl(options_.fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kColumnsDefault;
  return size.ws_col;
}

}  // namespace specctl::controller
