#include "controller/measure/run_id.h"

#include <ctime>
#include <random>

#include <absl/strings/str_format.h>

namespace specctl::controller {

std::string NewRunId() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  // Two runs begun in one second must not share an id.
  std::random_device random;
  return absl::StrFormat("%04d%02d%02d-%02d%02d%02d-%04x", utc.tm_year + 1900, utc.tm_mon + 1,
                         utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, random() & 0xffffu);
}

}  // namespace specctl::controller
