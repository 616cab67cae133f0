// Names of enumerated values as the artifacts print them and flags take them; docs/artifacts.md
// lists them.
#pragma once

#include <string>
#include <string_view>

#include "common/analysis/results.h"

namespace specctl {

std::string_view VerdictName(VerdictState state);      // "valid", "degraded", "invalid"
std::string_view OutcomeName(Outcome outcome);         // "ok", "failed", "timed_out", ...
std::string_view FailureName(FailureKind kind);        // "none", "connect", "http_status", ...
std::string_view RunEndName(RunEnd end);               // "completed", "interrupted", ...
std::string_view TokenSourceName(TokenSource source);  // "unknown", "continuous_usage", ...
std::string_view TokenFaultName(TokenFault fault);
std::string_view UrlPolicyName(UrlPolicy policy);       // "round_robin", ...
std::string_view EndpointName(Endpoint endpoint);       // "chat", "completions", "generate"
std::string_view UnassignedName(UnassignedReason why);  // "earlier_turn_failed", "limit", ...

// Said wherever figures of `builtin` prompts stand.
inline constexpr std::string_view kBuiltinWarning =
    "builtin prompts: only for trying things out, not a SPEED-Bench result";

// The dataset's name; "builtin" is part of it wherever the prompts are our own.
std::string DatasetLabel(const DatasetIdentity& dataset);

}  // namespace specctl
