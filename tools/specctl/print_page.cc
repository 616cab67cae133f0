#include "tools/specctl/print_page.h"

#include <cerrno>
#include <cstring>

#include <absl/strings/str_format.h>

namespace specctl::cli {

absl::Status PrintPage(std::string_view page, std::ostream& out) {
  errno = 0;
  out.write(page.data(), static_cast<std::streamsize>(page.size()));
  out.flush();  // a short page is written only now
  if (out.good()) return absl::OkStatus();
  return absl::InternalError(absl::StrFormat("standard output could not be written: %s",
                                             errno == 0 ? "I/O error" : std::strerror(errno)));
}

}  // namespace specctl::cli
