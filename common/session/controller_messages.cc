#include "common/session/controller_messages.h"

#include <utility>

#include <absl/strings/str_format.h>

#include "common/journal/enum_check.h"
#include "common/journal/enum_codec.h"
#include "common/session/prepare_codec.h"
#include "specctl/v1/session.pb.h"

namespace specctl {
namespace {

void WriteWelcome(const WelcomeAgent& welcome, v1::ControllerMessage& out) {
  v1::Welcome* to = out.mutable_welcome();
  to->set_lease_ns(welcome.lease.count());
  to->set_heartbeat_ns(welcome.heartbeat.count());
  to->set_controller_boot_id(welcome.boot_id);
  to->set_resume_secret(welcome.resume_secret);
}

WelcomeAgent ReadWelcome(const v1::Welcome& from) {
  return {.lease = Nanos(from.lease_ns()),
          .heartbeat = Nanos(from.heartbeat_ns()),
          .boot_id = from.controller_boot_id(),
          .resume_secret = from.resume_secret()};
}

void WritePrepare(const PreparePart& part, v1::ControllerMessage& out) {
  *out.mutable_prepare() = EncodePrepare(part);
}

void WriteArm(const ArmAgent& arm, v1::ControllerMessage& out) {
  v1::Arm* to = out.mutable_arm();
  to->set_run_id(arm.run_id);
  to->set_t0_controller_mono_ns(arm.t0_mono_ns);
  // Absent: hosts that share no boot meet at T0 by wall clock.
  if (arm.t0_agent_mono_ns) to->set_t0_agent_mono_ns(*arm.t0_agent_mono_ns);
  to->set_t0_unix_ns(arm.t0_unix_ns);
}

ArmAgent ReadArm(const v1::Arm& from) {
  ArmAgent arm{.run_id = from.run_id(),
               .t0_mono_ns = from.t0_controller_mono_ns(),
               .t0_agent_mono_ns = std::nullopt,
               .t0_unix_ns = from.t0_unix_ns()};
  if (from.has_t0_agent_mono_ns()) arm.t0_agent_mono_ns = from.t0_agent_mono_ns();
  return arm;
}

void WriteAck(const AckBatches& ack, v1::ControllerMessage& out) {
  out.mutable_ack()->set_run_id(ack.run_id);
  out.mutable_ack()->set_seq(ack.seq);
}

AckBatches ReadAck(const v1::Ack& from) { return {.run_id = from.run_id(), .seq = from.seq()}; }

void WriteDrain(const DrainAgent& drain, v1::ControllerMessage& out) {
  v1::Drain* to = out.mutable_drain();
  to->set_run_id(drain.run_id);
  to->set_reason(EnumToProto<v1::DrainReason>(drain.reason));
  to->set_grace_ns(drain.grace.count());
}

DrainAgent ReadDrain(const v1::Drain& from) {
  return {.run_id = from.run_id(),
          .reason = EnumFromProto<DrainReason>(from.reason()),
          .grace = Nanos(from.grace_ns())};
}

void WriteRelease(const ReleaseRun& release, v1::ControllerMessage& out) {
  out.mutable_release()->set_run_id(release.run_id);
}

void WriteDismiss(const DismissAgent&, v1::ControllerMessage& out) { out.mutable_dismiss(); }

struct ControllerMessageWriter {
  v1::ControllerMessage& out;

  void operator()(const WelcomeAgent& message) const { WriteWelcome(message, out); }
  void operator()(const PreparePart& message) const { WritePrepare(message, out); }
  void operator()(const ArmAgent& message) const { WriteArm(message, out); }
  void operator()(const AckBatches& message) const { WriteAck(message, out); }
  void operator()(const DrainAgent& message) const { WriteDrain(message, out); }
  void operator()(const ReleaseRun& message) const { WriteRelease(message, out); }
  void operator()(const DismissAgent& message) const { WriteDismiss(message, out); }
};

std::string_view NameOfMessage(v1::ControllerMessage::MessageCase kind) {
  return kind == v1::ControllerMessage::kPrepare ? "Prepare" : "Drain";
}

}  // namespace

v1::ControllerMessage EncodeControllerMessage(const ControllerMessage& message) {
  v1::ControllerMessage out;
  std::visit(ControllerMessageWriter{out}, message);
  return out;
}

absl::StatusOr<ControllerMessage> DecodeControllerMessage(v1::ControllerMessage message) {
  // Of these kinds alone can a message have an enumeration.
  const auto kind = message.message_case();
  const absl::Status known = kind == v1::ControllerMessage::kPrepare ? CheckEnums(message.prepare())
                                                                     : CheckEnums(message.drain());
  if (!known.ok()) {
    return absl::DataLossError(
        absl::StrFormat("%s: %s", NameOfMessage(kind), std::string(known.message())));
  }
  switch (kind) {
    case v1::ControllerMessage::kWelcome:
      return ReadWelcome(message.welcome());
    case v1::ControllerMessage::kPrepare:
      return DecodePrepare(std::move(*message.mutable_prepare()));
    case v1::ControllerMessage::kArm:
      return ReadArm(message.arm());
    case v1::ControllerMessage::kAck:
      return ReadAck(message.ack());
    case v1::ControllerMessage::kDrain:
      return ReadDrain(message.drain());
    case v1::ControllerMessage::kRelease:
      return ReleaseRun{.run_id = message.release().run_id()};
    case v1::ControllerMessage::kDismiss:
      return DismissAgent{};
    case v1::ControllerMessage::MESSAGE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("session: got a message of a kind this version doesn't know");
}

}  // namespace specctl
