#include "tools/specctl/print_page.h"

#include <cerrno>
#include <cstring>
#include <iostream>
#include <string>

#include <absl/strings/str_format.h>

#include "common/base/printable.h"
#include "common/report/page.h"

namespace specctl::cli {

absl::Status PrintPage(std::string_view page, std::ostream& out, bool colour) {
  // First: the colour's own escapes must stay.
  const std::string safe = PrintableLines(page);
  return PrintJson(colour ? WithColour(safe) : safe, out);
}

absl::Status PrintJson(std::string_view json, std::ostream& out) {
  // Streams don't say why they failed; write() leaves it here.
  errno = 0;
  out.write(json.data(), static_cast<std::streamsize>(json.size()));
  out.flush();  // a short page is written only now
  if (out.good()) return absl::OkStatus();
  return absl::InternalError(absl::StrFormat("standard output could not be written: %s",
                                             errno == 0 ? "I/O error" : std::strerror(errno)));
}

void Say(std::string_view text, std::ostream& err) {
  err << PrintableLines(text) << "\n" << std::flush;
}

void Say(std::string_view text) { Say(text, std::cerr); }

}  // namespace specctl::cli
