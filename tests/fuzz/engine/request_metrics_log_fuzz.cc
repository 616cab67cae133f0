// A file of per-request metrics, whatever is in it: each whole line is an entry, is counted, or is
// empty; and what is cut off its end changes nothing before.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/engine/request_metrics_log.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto log = specctl::ReadRequestMetricsLog(text);
  const auto lines = static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n'));
  if (log.responses.size() + log.undecodable_lines > lines) abort();
  if (log.torn_bytes > size) abort();
  const auto whole = specctl::ReadRequestMetricsLog(text.substr(0, size - log.torn_bytes));
  if (whole.torn_bytes != 0 || whole.responses != log.responses) abort();
  for (const specctl::LoggedResponse& response : log.responses) {
    if (response.response_id.empty()) abort();
  }
  return 0;
}
