#include "common/session/agent_messages.h"

#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/secret.h"
#include "common/journal/enum_check.h"
#include "common/journal/enum_codec.h"
#include "common/journal/event_codec.h"
#include "common/journal/protocol_version.h"
#include "specctl/v1/session.pb.h"

namespace specctl {
namespace {

v1::HeldRun EncodeHeldRun(const HeldRun& held) {
  v1::HeldRun out;
  out.set_run_id(held.run_id);
  out.set_agent(held.agent);
  out.set_phase(EnumToProto<v1::HeldPhase>(held.phase));
  out.set_first_kept_seq(held.first_kept_seq);
  out.set_last_seq(held.last_seq);
  return out;
}

HeldRun DecodeHeldRun(const v1::HeldRun& held) {
  return {.run_id = held.run_id(),
          .agent = held.agent(),
          .phase = EnumFromProto<HeldPhase>(held.phase()),
          .first_kept_seq = held.first_kept_seq(),
          .last_seq = held.last_seq()};
}

void WriteHello(const AgentHello& hello, v1::AgentMessage& out) {
  v1::Hello* to = out.mutable_hello();
  to->set_protocol_version(hello.protocol_version);
  to->set_specctl_version(hello.specctl_version);
  to->set_incarnation(hello.incarnation);
  *to->mutable_host() = HostFactsToProto(hello.host);
  to->set_join_token(hello.join_token);
  // Number 0 is a spawned process, too: absence means that the agent was started by hand.
  if (hello.spawn_number) to->set_spawn_number(*hello.spawn_number);
  for (const HeldRun& held : hello.held) *to->add_held() = EncodeHeldRun(held);
  to->set_name(hello.name);
  to->set_started_unix_ns(hello.started_unix_ns);
  to->set_resume_secret(hello.resume_secret);
  to->set_predecessor_end(hello.predecessor_end);
}

AgentHello ReadHello(const v1::Hello& from) {
  AgentHello hello{.protocol_version = from.protocol_version(),
                   .specctl_version = from.specctl_version(),
                   .incarnation = from.incarnation(),
                   .host = HostFactsFromProto(from.host()),
                   .join_token = from.join_token(),
                   .spawn_number = std::nullopt,
                   .held = {},
                   .name = from.name(),
                   .started_unix_ns = from.started_unix_ns(),
                   .resume_secret = from.resume_secret(),
                   .predecessor_end = from.predecessor_end()};
  if (from.has_spawn_number()) hello.spawn_number = from.spawn_number();
  for (const v1::HeldRun& held : from.held()) hello.held.push_back(DecodeHeldRun(held));
  return hello;
}

void WritePrepared(const AgentPrepared& prepared, v1::AgentMessage& out) {
  out.mutable_prepared()->set_run_id(prepared.run_id);
  out.mutable_prepared()->set_error(prepared.error);
}

AgentPrepared ReadPrepared(const v1::Prepared& from) {
  return {.run_id = from.run_id(), .error = from.error()};
}

void WriteArmed(const AgentArmed& armed, v1::AgentMessage& out) {
  out.mutable_armed()->set_run_id(armed.run_id);
  out.mutable_armed()->set_late_ns(armed.late.count());
}

AgentArmed ReadArmed(const v1::ArmedReply& from) {
  return {.run_id = from.run_id(), .late = Nanos(from.late_ns())};
}

// Moved: batches are most of what an agent sends.
void WriteBatch(SentBatch& batch, v1::AgentMessage& out) { out.set_batch(std::move(batch.bytes)); }

void WriteHeartbeat(const AgentHeartbeat& beat, v1::AgentMessage& out) {
  out.mutable_heartbeat()->set_agent_mono_ns(beat.agent_mono_ns);
}

AgentHeartbeat ReadHeartbeat(const v1::Heartbeat& from) {
  return {.agent_mono_ns = from.agent_mono_ns()};
}

void WriteDone(const AgentDone& done, v1::AgentMessage& out) {
  out.mutable_done()->set_run_id(done.run_id);
  out.mutable_done()->set_stopped(done.stopped);
  out.mutable_done()->set_last_seq(done.last_seq);
}

AgentDone ReadDone(const v1::Done& from) {
  return {.run_id = from.run_id(), .stopped = from.stopped(), .last_seq = from.last_seq()};
}

struct AgentMessageWriter {
  v1::AgentMessage& out;

  void operator()(const AgentHello& hello) const { WriteHello(hello, out); }
  void operator()(const AgentPrepared& prepared) const { WritePrepared(prepared, out); }
  void operator()(const AgentArmed& armed) const { WriteArmed(armed, out); }
  void operator()(SentBatch& batch) const { WriteBatch(batch, out); }
  void operator()(const AgentHeartbeat& beat) const { WriteHeartbeat(beat, out); }
  void operator()(const AgentDone& done) const { WriteDone(done, out); }
};

}  // namespace

v1::AgentMessage EncodeAgentMessage(AgentMessage message) {
  v1::AgentMessage out;
  std::visit(AgentMessageWriter{out}, message);
  return out;
}

absl::StatusOr<AgentMessage> DecodeAgentMessage(v1::AgentMessage message) {
  if (const absl::Status known = CheckEnums(message); !known.ok()) {
    return absl::DataLossError(absl::StrFormat("session: %s", std::string(known.message())));
  }
  switch (message.message_case()) {
    case v1::AgentMessage::kHello:
      return ReadHello(message.hello());
    case v1::AgentMessage::kPrepared:
      return ReadPrepared(message.prepared());
    case v1::AgentMessage::kArmed:
      return ReadArmed(message.armed());
    case v1::AgentMessage::kBatch:
      return SentBatch{.bytes = std::move(*message.mutable_batch())};
    case v1::AgentMessage::kHeartbeat:
      return ReadHeartbeat(message.heartbeat());
    case v1::AgentMessage::kDone:
      return ReadDone(message.done());
    case v1::AgentMessage::MESSAGE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("session: got a message of a kind this version doesn't know");
}

absl::Status CheckHello(const AgentHello& hello, const HelloCheck& check) {
  // Exactly equal: specctl does not translate between versions.
  if (hello.protocol_version != kSessionProtocolVersion) {
    return absl::UnimplementedError(absl::StrFormat(
        "session protocol: agent has version %d (specctl %s), controller has version %d (specctl "
        "%s); install the same specctl on both",
        hello.protocol_version, hello.specctl_version, kSessionProtocolVersion,
        std::string(check.specctl_version)));
  }
  if (hello.specctl_version != check.specctl_version) {
    return absl::UnimplementedError(absl::StrFormat(
        "the agent is specctl %s and the controller is specctl %s: install the same version on "
        "both",
        hello.specctl_version, std::string(check.specctl_version)));
  }
  // After the version, whose error message helps more.
  if (!check.join_token.empty() && !IsSameSecret(hello.join_token, check.join_token)) {
    return absl::UnauthenticatedError("join token: does not match the controller's");
  }
  return absl::OkStatus();
}

}  // namespace specctl
