// Session messages <-> values.
#pragma once

#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "controller/session/session_messages.h"
#include "specctl/v1/session.pb.h"

namespace specctl::controller {

// What a Hello must agree with.
struct HelloCheck {
  std::string_view specctl_version;  // ours, for the message
  std::string_view join_token;       // empty: anyone may join
};

// FAILED_PRECONDITION  another protocol version; both are named
// UNAUTHENTICATED      the join token is not this run's
absl::Status CheckHello(const v1::Hello& hello, const HelloCheck& check);

// What an agent says; its batch is moved out of `message`.
// INVALID_ARGUMENT  the message is empty or of a kind this version doesn't know
// DATA_LOSS         its batch has an enumeration value that this version doesn't know
absl::StatusOr<AgentInput> DecodeAgentMessage(v1::AgentMessage& message);

// Any output but PrepareAgent, which SliceParts encodes.
v1::ControllerMessage EncodeOutput(const AgentOutput& output);

ClockProbed DecodeExchange(uint32_t agent, const v1::ClockExchange& exchange);

}  // namespace specctl::controller
