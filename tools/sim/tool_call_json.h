// Tool calls in streams, as engines write them.
#pragma once

#include <string>
#include <string_view>

#include "tools/sim/engine_kind.h"
#include "tools/sim/reply_writer.h"

namespace specctl::sim {

// What one event has of the call.
struct ToolCallPart {
  std::string_view arguments;
  bool begins = false;  // the tool is named
};

// [{..}], in the members of `engine`.
std::string ToolCallsJson(const ToolCallPart& part, EngineKind engine);
// What of the call is not yet sent; empty: nothing.
std::string UnsentToolCalls(const ReplyState& state, EngineKind engine);

}  // namespace specctl::sim
