// SGLang's file of per-request metrics (--export-metrics-to-file): a JSON object a line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/engine/token_accounting.h"

namespace specctl {

// What the server noted of one response.
struct LoggedResponse {
  std::string response_id;
  uint64_t output_tokens = 0;
  std::optional<SpeculationStats> speculation;  // absent: it verified no draft
  bool operator==(const LoggedResponse&) const = default;
};

struct RequestMetricsLog {
  std::vector<LoggedResponse> responses;
  uint64_t undecodable_lines = 0;  // whole ones, without an id or that are no JSON object
  size_t torn_bytes = 0;           // of a last line without its end: the server is writing it
};

// Reads the text of such a file, or of a piece of one that begins with a line.  Fields that later
// versions add, and fields that older ones lack, don't matter.
RequestMetricsLog ReadRequestMetricsLog(std::string_view text);

// sglang-request-metrics-20261122_14.log: a file for each hour, by the server's local time.
bool IsRequestMetricsLog(std::string_view file_name);

}  // namespace specctl
