#include "controller/session/session_codec.h"

#include <absl/strings/str_format.h>

#include "common/journal/enum_check.h"
#include "common/journal/event_codec.h"
#include "common/journal/protocol_version.h"

namespace specctl::controller {
namespace {

AgentHello DecodeHello(const v1::Hello& hello) {
  AgentHello out{
      .incarnation = hello.incarnation(), .agent = std::nullopt, .host = FromProto(hello.host())};
  if (hello.has_agent()) out.agent = hello.agent();
  return out;
}

absl::StatusOr<AgentInput> DecodeBatch(v1::AgentBatch& batch) {
  if (const absl::Status known = CheckEnums(batch); !known.ok()) {
    return absl::DataLossError(absl::StrFormat("session: batch %d of agent %d: %s", batch.seq(),
                                               batch.agent(), std::string(known.message())));
  }
  v1::Event event;
  event.mutable_agent_batch()->Swap(&batch);
  return ReceivedBatch{.batch = FromProto(event.agent_batch()),
                       .encoded_event = event.SerializeAsString()};
}

v1::DrainReason ToProto(DrainReason reason) {
  switch (reason) {
    case DrainReason::kInterrupted:
      return v1::DRAIN_REASON_INTERRUPTED;
    case DrainReason::kAgentLost:
      return v1::DRAIN_REASON_AGENT_LOST;
    case DrainReason::kTooManyFailures:
      return v1::DRAIN_REASON_TOO_MANY_FAILURES;
  }
  return v1::DRAIN_REASON_UNSPECIFIED;
}

struct Encoder {
  v1::ControllerMessage& out;

  void operator()(const WelcomeAgent& welcome) const {
    v1::Welcome* to = out.mutable_welcome();
    to->set_agent(welcome.agent);
    to->set_lease_ns(welcome.lease.count());
    to->set_heartbeat_ns(welcome.heartbeat.count());
    to->set_controller_boot_id(welcome.boot_id);
  }
  void operator()(const PrepareAgent&) const {}
  void operator()(const ArmAgent& arm) const {
    v1::Arm* to = out.mutable_arm();
    to->set_t0_controller_mono_ns(arm.t0_mono_ns);
    if (arm.t0_agent_mono_ns) to->set_t0_agent_mono_ns(*arm.t0_agent_mono_ns);
    to->set_t0_unix_ns(arm.t0_unix_ns);
  }
  void operator()(const AckBatches& ack) const { out.mutable_ack()->set_seq(ack.seq); }
  void operator()(const DrainAgent& drain) const {
    v1::Drain* to = out.mutable_drain();
    to->set_reason(ToProto(drain.reason));
    to->set_grace_ns(drain.grace.count());
  }
  void operator()(const ReleaseAgent&) const { out.mutable_release(); }
};

}  // namespace

absl::Status CheckHello(const v1::Hello& hello, const HelloCheck& check) {
  if (hello.protocol_version() != kSessionProtocolVersion) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "session protocol: agent has version %d (specctl %s), controller has version %d (specctl "
        "%s); install the same specctl on both",
        hello.protocol_version(), hello.specctl_version(), kSessionProtocolVersion,
        std::string(check.specctl_version)));
  }
  if (!check.join_token.empty() && hello.join_token() != check.join_token) {
    return absl::UnauthenticatedError("join token: not that of this run");
  }
  return absl::OkStatus();
}

absl::StatusOr<AgentInput> DecodeAgentMessage(v1::AgentMessage& message) {
  switch (message.message_case()) {
    case v1::AgentMessage::kHello:
      return DecodeHello(message.hello());
    case v1::AgentMessage::kPrepared:
      return AgentPrepared{.error = message.prepared().error()};
    case v1::AgentMessage::kArmed:
      return AgentArmed{.error = message.armed().error()};
    case v1::AgentMessage::kBatch:
      return DecodeBatch(*message.mutable_batch());
    case v1::AgentMessage::kHeartbeat:
      return AgentHeartbeat{};
    case v1::AgentMessage::kDone:
      return AgentDone{.stopped = message.done().stopped()};
    case v1::AgentMessage::MESSAGE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("session: got a message of a kind this version doesn't know");
}

v1::ControllerMessage EncodeOutput(const AgentOutput& output) {
  v1::ControllerMessage message;
  std::visit(Encoder{message}, output);
  return message;
}

ClockProbed DecodeExchange(uint32_t agent, const v1::ClockExchange& exchange) {
  return {.agent = agent,
          .controller_send_mono_ns = exchange.controller_send_mono_ns(),
          .agent_receive_mono_ns = exchange.agent_receive_mono_ns(),
          .agent_send_mono_ns = exchange.agent_send_mono_ns(),
          .controller_receive_mono_ns = exchange.controller_receive_mono_ns()};
}

}  // namespace specctl::controller
