#include "tools/specctl/standard_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <absl/strings/str_format.h>

namespace specctl::cli {

absl::Status OpenStandardFiles() {
  // In order: open() takes the lowest number that is free.
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // Open already: the usual case.
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    if (::open("/dev/null", O_RDWR) != fd) {
      return absl::UnavailableError(absl::StrFormat(
          "descriptor %d is closed, and /dev/null can't be opened: %s", fd, std::strerror(errno)));
    }
  }
  return absl::OkStatus();
}

}  // namespace specctl::cli
