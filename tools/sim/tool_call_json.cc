#include "tools/sim/tool_call_json.h"

#include <absl/strings/str_format.h>

namespace specctl::sim {
namespace {

constexpr std::string_view kToolName = "look_up";

}  // namespace

std::string ToolCallsJson(const ToolCallPart& part, EngineKind engine) {
  switch (engine) {
    case EngineKind::kSglang:
      // A pydantic dump: what is null is written.
      if (!part.begins) {
        return absl::StrFormat(
            R"([{"id":null,"index":0,"type":"function","function":{"name":null,"arguments":"%s"}}])",
            part.arguments);
      }
      return absl::StrFormat(
          R"([{"id":"call_0","index":0,"type":"function","function":{"name":"%s","arguments":"%s"}}])",
          kToolName, part.arguments);
    case EngineKind::kLlamacpp:
      if (!part.begins) break;
      return absl::StrFormat(
          R"([{"index":0,"id":"call_0","type":"function","function":{"name":"%s","arguments":"%s"}}])",
          kToolName, part.arguments);
    default:
      if (!part.begins) break;
      return absl::StrFormat(
          R"([{"id":"chatcmpl-tool-0","type":"function","index":0,"function":{"name":"%s","arguments":"%s"}}])",
          kToolName, part.arguments);
  }
  return absl::StrFormat(R"([{"index":0,"function":{"arguments":"%s"}}])", part.arguments);
}

std::string UnsentToolCalls(const ReplyState& state, EngineKind engine) {
  if (!state.call_unsent()) return "";
  return ToolCallsJson({.arguments = state.arguments.unsent(), .begins = !state.call_told}, engine);
}

}  // namespace specctl::sim
