#include "common/engine/request_metrics_log.h"

#include <simdjson.h>

#include "common/engine/done_mark.h"
#include "common/engine/speculation_json.h"

namespace specctl {
namespace {

std::optional<LoggedResponse> ReadLine(std::string_view line, simdjson::dom::parser& parser) {
  simdjson::dom::object entry;
  std::string_view id;
  if (parser.parse(simdjson::padded_string(line)).get(entry) || entry["id"].get(id) || id.empty()) {
    return std::nullopt;
  }
  LoggedResponse response{.response_id = std::string(id)};
  if (entry["completion_tokens"].get(response.output_tokens)) response.output_tokens = 0;
  response.speculation = ParseSpeculation(line);
  return response;
}

}  // namespace

RequestMetricsLog ReadRequestMetricsLog(std::string_view text) {
  RequestMetricsLog log;
  simdjson::dom::parser parser;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      log.torn_bytes = text.size();
      break;
    }
    const std::string_view line = TrimmedText(text.substr(0, end));
    text.remove_prefix(end + 1);
    if (line.empty()) continue;
    if (auto response = ReadLine(line, parser)) {
      log.responses.push_back(*std::move(response));
    } else {
      ++log.undecodable_lines;
    }
  }
  return log;
}

bool IsRequestMetricsLog(std::string_view file_name) {
  return file_name.starts_with("sglang-request-metrics-") && file_name.ends_with(".log");
}

}  // namespace specctl
