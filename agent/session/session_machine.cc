#include "agent/session/session_machine.h"

#include <algorithm>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/journal/protocol_version.h"

namespace specctl::agent {
namespace {

// What dialling again would not change.  RESOURCE_EXHAUSTED: before Welcome, no place is free for
// an agent, which a patient one waits for; after it, too much was queued for this call.
// UNIMPLEMENTED: the controller is of another version, until it is replaced, too.
bool IsFinal(absl::StatusCode code, bool welcomed, bool patient) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kDataLoss:  // the controller can't read what would be sent again
      return true;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnimplemented:
      return !welcomed && !patient;
    default:
      return false;
  }
}

}  // namespace

SessionMachine::SessionMachine(Options options)
    : options_(std::move(options)),
      redial_in_(options_.redial_first),
      jitter_(options_.incarnation, /*stream=*/0) {}

void SessionMachine::Start(MonoTime now) { Dial(now); }

void SessionMachine::Dial(MonoTime now) {
  call_ = Call::kDialled;
  writing_ = false;
  // These belong to a call that is over; what matters is repeated after Welcome.
  queue_.clear();
  intake_.Reset();
  if (run_) run_->BeginCall();
  redial_at_.reset();
  welcome_by_ = now + options_.welcome_patience;
  Tell(DialController{});
  Queue(Hello());
}

AgentHello SessionMachine::Hello() const {
  AgentHello hello{.protocol_version = kSessionProtocolVersion,
                   .specctl_version = options_.specctl_version,
                   .incarnation = options_.incarnation,
                   .host = options_.host,
                   .join_token = options_.join_token,
                   .spawn_number = options_.spawn_number,
                   .held = {},
                   .name = options_.name,
                   .started_unix_ns = options_.started_unix_ns,
                   .resume_secret = resume_secret_,
                   .predecessor_end = options_.predecessor_end};
  if (run_) hello.held.push_back(run_->Held());
  return hello;
}

// --- from the controller ------------------------------------------------------------------------

void SessionMachine::OnMessage(ControllerMessage message, MonoTime now) {
  if (ended_ || call_ == Call::kNone) return;
  std::visit([this, now](auto& one) { On(one, now); }, message);
}

void SessionMachine::On(const WelcomeAgent& welcome, MonoTime now) {
  call_ = Call::kWelcomed;
  welcome_by_.reset();
  outage_since_.reset();
  redial_in_ = options_.redial_first;
  resume_secret_ = welcome.resume_secret;
  if (welcome.heartbeat > Nanos(0)) heartbeat_ = welcome.heartbeat;
  heartbeat_at_ = now + heartbeat_;
  Tell(ProbeClock{});
  // The controller may not have heard the answers of a session that broke.
  if (run_ && run_->prepared) Queue(AgentPrepared{run_->run_id(), *run_->prepared});
  if (run_ && run_->armed_late) Queue(AgentArmed{run_->run_id(), *run_->armed_late});
  WriteNext();
}

void SessionMachine::On(PreparePart& part, MonoTime) {
  const std::string run_id = part.run_id;
  // Repeated after a broken session: repeat the answer, but not the work.
  if (Holds(run_id)) {
    if (part.last && run_->prepared) Queue(AgentPrepared{run_id, *run_->prepared});
    return;
  }
  const bool last = part.last;
  auto job = intake_.TakePart(std::move(part));
  // An error of any part is reported with the last one.
  if (!last) return;
  std::string error(job.status().message());
  if (run_) error = absl::StrFormat("this agent still holds run %s", run_->run_id());
  if (!error.empty()) return Queue(AgentPrepared{run_id, error});
  run_.emplace(run_id, (*job)->slice.agent, options_.store);
  Tell(GiveJob{*std::move(*job)});
  Tell(ProbeClock{});
}

void SessionMachine::On(ArmAgent& arm, MonoTime) {
  // The run is already over here.
  if (!Holds(arm.run_id)) return;
  // Repeated, as Prepare may be.
  if (run_->armed_late) return Queue(AgentArmed{run_->run_id(), *run_->armed_late});
  Tell(GiveArm{std::move(arm)});
}

void SessionMachine::On(const AckBatches& ack, MonoTime) {
  if (!Holds(ack.run_id)) return;
  run_->Acknowledge(ack.seq);
  WriteNext();
}

void SessionMachine::On(DrainAgent& drain, MonoTime) {
  if (Holds(drain.run_id)) Tell(GiveDrain{std::move(drain)});
}

void SessionMachine::On(const ReleaseRun& release, MonoTime) {
  if (!Holds(release.run_id)) return;
  run_.reset();
  Tell(GiveRelease{release.run_id});
}

void SessionMachine::On(const DismissAgent&, MonoTime) { End(absl::OkStatus()); }

void SessionMachine::OnUnreadable(absl::Status why) {
  End(absl::Status(why.code(), absl::StrFormat("controller's %s", std::string(why.message()))));
}

void SessionMachine::OnWritten() {
  writing_ = false;
  WriteNext();
}

void SessionMachine::OnCallEnded(const absl::Status& status, MonoTime now) {
  const bool welcomed = call_ == Call::kWelcomed;
  call_ = Call::kNone;
  heartbeat_at_.reset();
  welcome_by_.reset();
  if (ended_) return;
  if (IsFinal(status.code(), welcomed, !options_.outage_max)) return End(status);
  const std::string text(status.message());
  if (!outage_since_) {
    outage_since_ = now;
    Tell(ReportOutage{OutageText(text)});
  }
  if (options_.outage_max && now - *outage_since_ > *options_.outage_max) {
    return End(absl::UnavailableError(absl::StrFormat("controller %s: unreachable for %.0f s: %s",
                                                      options_.controller_address,
                                                      Seconds(now - *outage_since_), text)));
  }
  redial_at_ = now + NextPause();
}

std::string SessionMachine::OutageText(std::string_view what) const {
  const std::string patience =
      options_.outage_max ? absl::StrFormat("for up to %.0f s", Seconds(*options_.outage_max))
                          : "until it is back";
  return absl::StrFormat("controller %s: unreachable, retrying %s: %s", options_.controller_address,
                         patience, what);
}

Nanos SessionMachine::NextPause() {
  constexpr uint64_t kParts = 1'000;
  const double cut = options_.redial_jitter * static_cast<double>(jitter_.Below(kParts)) / kParts;
  const auto pause = std::chrono::duration_cast<Nanos>(redial_in_ * (1 - cut));
  // All agents lose a controller together; their retries must not keep it from coming back.
  redial_in_ = std::min(redial_in_ * 2, options_.redial_max);
  return pause;
}

SessionStatus SessionMachine::status() const {
  return {.connected = call_ == Call::kWelcomed,
          .in_run = run_.has_value(),
          .spool_bytes = run_ ? run_->spool_bytes() : 0};
}

void SessionMachine::OnTimer(MonoTime now) {
  if (ended_) return;
  if (redial_at_ && now >= *redial_at_) Dial(now);
  if (welcome_by_ && now >= *welcome_by_) {
    welcome_by_.reset();
    Tell(CancelCall{});
  }
  if (!heartbeat_at_ || now < *heartbeat_at_) return;
  heartbeat_at_ = now + heartbeat_;
  // Any message that waits to be written shows just as well that the agent is alive.
  if (queue_.empty()) Queue(AgentHeartbeat{.agent_mono_ns = MonoNs(now)});
}

MonoTime SessionMachine::due() const {
  MonoTime due = MonoTime::max();
  for (const auto& at : {redial_at_, heartbeat_at_, welcome_by_}) {
    if (at) due = std::min(due, *at);
  }
  return due;
}

// --- from the load's reactor --------------------------------------------------------------------

void SessionMachine::OnPrepared(const std::string& run_id, std::string error) {
  if (!Holds(run_id)) return;
  run_->prepared = error;
  Queue(AgentPrepared{run_id, std::move(error)});
}

void SessionMachine::OnArmed(const std::string& run_id, Nanos late) {
  if (!Holds(run_id)) return;
  run_->armed_late = late;
  Queue(AgentArmed{run_id, late});
}

void SessionMachine::OnBatch(AgentBatch batch, MonoTime now) {
  if (!run_) return;
  run_->Keep(std::move(batch), now);
  WriteNext();
}

void SessionMachine::OnDone(const std::string& run_id, bool stopped) {
  if (!Holds(run_id)) return;
  run_->SetDone(stopped);
  WriteNext();
}

// --- what is sent -------------------------------------------------------------------------------

void SessionMachine::Queue(AgentMessage message) {
  // Without a call nothing waits: what matters is said again after Welcome.
  if (ended_ || call_ == Call::kNone) return;
  queue_.push_back(std::move(message));
  WriteNext();
}

void SessionMachine::WriteNext() {
  if (ended_ || call_ == Call::kNone || writing_) return;
  auto message = NextMessage();
  if (!message.ok()) return End(message.status());
  if (!*message) return;
  writing_ = true;
  Tell(WriteMessage{**std::move(message)});
}

// Answers and heartbeats first, then the batches in order, then Done.
absl::StatusOr<std::optional<AgentMessage>> SessionMachine::NextMessage() {
  // Before Welcome nothing but Hello may be sent.
  const bool greets = !queue_.empty() && std::holds_alternative<AgentHello>(queue_.front());
  if (call_ != Call::kWelcomed && !greets) return std::nullopt;
  if (!queue_.empty()) {
    AgentMessage message = std::move(queue_.front());
    queue_.pop_front();
    return message;
  }
  if (!run_) return std::nullopt;
  auto batch = run_->NextBatch();
  if (!batch.ok()) return batch.status();
  if (*batch) return AgentMessage(**std::move(batch));
  if (auto done = run_->TakeDone()) return AgentMessage(*std::move(done));
  return std::nullopt;
}

void SessionMachine::End(absl::Status status) {
  if (ended_) return;
  ended_ = true;
  redial_at_.reset();
  heartbeat_at_.reset();
  welcome_by_.reset();
  // Otherwise gRPC would keep the call, and io, going.
  if (call_ != Call::kNone) Tell(CancelCall{});
  Tell(EndSession{std::move(status)});
}

std::vector<SessionCommand> SessionMachine::TakeCommands() { return std::exchange(commands_, {}); }

}  // namespace specctl::agent
