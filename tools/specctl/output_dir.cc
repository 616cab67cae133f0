#include "tools/specctl/output_dir.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <random>
#include <string_view>
#include <system_error>

#include <absl/strings/str_format.h>

namespace specctl::cli {
namespace {

absl::Status Bad(const std::string& dir, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrFormat("--output-dir %s: %s", dir, what));
}

}  // namespace

absl::Status PrepareOutputDir(const std::string& dir) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) return Bad(dir, absl::StrFormat("can't be made: %s", error.message()));
  const bool empty = fs::is_empty(dir, error);
  if (error) return Bad(dir, error.message());
  if (!empty) return Bad(dir, "is not empty; give a new or empty folder");
  const std::string probe = dir + "/.writable";
  const int fd = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Bad(dir, absl::StrFormat("can't be written to: %s", std::strerror(errno)));
  ::close(fd);
  ::unlink(probe.c_str());
  return absl::OkStatus();
}

std::string NewRunId() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::random_device random;
  return absl::StrFormat("%04d%02d%02d-%02d%02d%02d-%04x", utc.tm_year + 1900, utc.tm_mon + 1,
                         utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, random() & 0xffffu);
}

}  // namespace specctl::cli
