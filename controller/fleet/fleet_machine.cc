#include "controller/fleet/fleet_machine.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/hash.h"

namespace specctl::controller {
namespace {

constexpr size_t kPredecessorEndMax = 200;  // bytes, of a text that another process made

}  // namespace

// --- members ------------------------------------------------------------------------------------

void FleetMachine::OnSpawned(uint32_t number, MonoTime now) {
  Member& member = members_.emplace_back();
  member.spawn_number = number;
  member.seen = now;
  Bind(member);
}

void FleetMachine::OnProcessDied(uint32_t number, const std::string& how, MonoTime now) {
  for (Member& member : members_) {
    if (member.spawn_number != number || member.death) continue;
    member.death = how;
    member.seen = now;
    if (member.agent) TellDeath(member);
  }
}

absl::StatusOr<FleetMachine::Member*> FleetMachine::MemberFor(const AgentHello& hello) {
  for (Member& member : members_) {
    // The same process, over a new session.
    if (member.incarnation == hello.incarnation) return &member;
  }
  if (!hello.spawn_number) return &members_.emplace_back();
  const auto member = std::find_if(members_.begin(), members_.end(), [&](const Member& one) {
    return one.spawn_number == hello.spawn_number;
  });
  if (member == members_.end()) {
    return absl::OutOfRangeError(
        absl::StrFormat("agent %d: no process was started with this number", *hello.spawn_number));
  }
  // A number is of one process.
  if (member->incarnation) {
    return absl::FailedPreconditionError(
        absl::StrFormat("agent %d: another process has this number", *hello.spawn_number));
  }
  return &*member;
}

absl::Status FleetMachine::SettleSecret(Member& member, const AgentHello& hello) const {
  const absl::Status refused = absl::PermissionDeniedError(
      "session: this Hello lacks the secret that its process was given");
  if (!member.secret.empty()) {
    // Its Welcome may have been lost with a session.
    const bool shows_it = IsSameSecret(hello.resume_secret, member.secret);
    return shows_it || !member.has_secret ? absl::OkStatus() : refused;
  }
  const auto seat = run_ ? run_->SeatOf(hello.incarnation) : std::nullopt;
  if (seat) {
    // It was welcomed by another life of this controller, of which only the digest is left.
    const std::string& digest = run_->roster[*seat]->resume_secret_sha256;
    if (!IsSameSecret(Sha256Hex(hello.resume_secret), digest)) return refused;
    member.secret = hello.resume_secret;
    member.has_secret = true;
    return absl::OkStatus();
  }
  auto made = options_.make_secret();
  if (!made.ok())
    return absl::UnavailableError(
        absl::StrFormat("session: %s", std::string(made.status().message())));
  member.secret = *std::move(made);
  return absl::OkStatus();
}

absl::Status FleetMachine::SupersedeNamesake(const AgentHello& hello, MonoTime now) {
  if (hello.name.empty()) return absl::OkStatus();
  for (Member& other : members_) {
    const bool is_other = other.name == hello.name && other.incarnation &&
                          other.incarnation != hello.incarnation && !other.death;
    if (!is_other) continue;
    // Clocks of nodes differ: only one that is there is believed to be the newer.
    if (other.session && other.started_unix_ns > hello.started_unix_ns) {
      return absl::FailedPreconditionError(absl::StrFormat(
          "agent %s: another process of this name has joined, and was started later; use --name "
          "to tell agents apart",
          hello.name));
    }
    const std::string how = hello.predecessor_end.empty()
                                ? "is gone"
                                : hello.predecessor_end.substr(0, kPredecessorEndMax);
    other.death =
        absl::StrFormat("agent %s (pid %d) %s: another process of this name was started after it",
                        other.name, other.host.pid, how);
    other.seen = now;
    if (other.session) {
      Tell(CloseSession{*other.session, absl::FailedPreconditionError(*other.death)});
      other.session.reset();
    }
    if (other.agent) TellDeath(other);
  }
  return absl::OkStatus();
}

void FleetMachine::OnHello(SessionId session, const AgentHello& hello, MonoTime now) {
  Tell(ConsumeInput{session});
  if (resuming_) {
    return Tell(CloseSession{
        session, absl::UnavailableError("the controller reads the journal of the run it left")});
  }
  const auto found = MemberFor(hello);
  absl::Status refused = found.status();
  if (refused.ok()) refused = SettleSecret(**found, hello);
  if (refused.ok()) refused = SupersedeNamesake(hello, now);
  if (!refused.ok()) {
    // One that was made for it alone.
    if (found.ok() && !(*found)->incarnation && !(*found)->spawn_number) members_.pop_back();
    return Tell(CloseSession{session, refused});
  }
  Member& member = **found;
  // Given up by the agent; the hub need not have noticed.
  if (member.session) {
    Tell(CloseSession{*member.session, absl::AbortedError("session: the agent dialled again")});
  }
  member.incarnation = hello.incarnation;
  member.host = hello.host;
  member.name = hello.name;
  member.started_unix_ns = hello.started_unix_ns;
  member.specctl_version = hello.specctl_version;
  member.session = session;
  member.seen = now;
  Tell(ToSession{session, WelcomeAgent{.lease = options_.lease,
                                       .heartbeat = options_.heartbeat,
                                       .boot_id = options_.boot_id,
                                       .resume_secret = member.secret}});
  bool begins_anew = false;
  for (const HeldRun& held : hello.held) {
    // Other runs are over, or another controller's.
    const bool is_on = run_ && run_->run_id == held.run_id;
    const bool goes_on = is_on && (member.agent || (!run_->roster.empty() && PlaceFor(member)));
    if (goes_on) continue;
    Tell(ToSession{session, ReleaseRun{.run_id = held.run_id}});
    begins_anew = begins_anew || (is_on && run_->roster.empty() && !run_->IsFull());
  }
  if (begins_anew) {
    // What it says of the attempt that it holds must not pass for this one's: it comes again
    // without it.
    member.session.reset();
    return Tell(CloseSession{session, absl::UnavailableError("the run begins anew: dial again")});
  }
  // It is in a run: that goes on over the new session.
  if (member.agent) return TellUp(member);
  if (!member.death) Bind(member);
}

FleetMachine::Member* FleetMachine::MemberOf(SessionId session) {
  for (Member& member : members_) {
    if (member.session == session) return &member;
  }
  return nullptr;
}

void FleetMachine::OnCut(SessionId session, MonoTime now) {
  Member* const member = MemberOf(session);
  if (member == nullptr) return;
  member->session.reset();
  member->seen = now;
  if (member->agent) Tell(ToRun{{.agent = *member->agent, .event = AgentCut{}}});
}

void FleetMachine::OnSession(SessionInput input, MonoTime now) {
  const SessionId session = input.session;
  if (const auto* hello = std::get_if<AgentHello>(&input.event)) {
    return OnHello(session, *hello, now);
  }
  if (std::holds_alternative<SessionCut>(input.event)) return OnCut(session, now);
  Member* const member = MemberOf(session);
  if (member != nullptr) member->has_secret = true;
  // What an agent says of a run that is over is of no use.
  if (member == nullptr || !member->agent) return Tell(ConsumeInput{session});
  RunInput out{.agent = *member->agent, .consume = session, .event = AgentCut{}};
  std::visit(
      [&out](auto& event) {
        using What = std::decay_t<decltype(event)>;
        if constexpr (!std::is_same_v<What, AgentHello> && !std::is_same_v<What, SessionCut>) {
          out.event = std::move(event);
        }
      },
      input.event);
  Tell(ToRun{std::move(out)});
}

void FleetMachine::OnClock(const ClockTold& told, MonoTime now) {
  for (Member& member : members_) {
    if (member.incarnation != told.incarnation) continue;
    member.probes.AddProbe(told.exchange, now);
    if (member.agent) Tell(ToRun{{.agent = *member.agent, .event = told.exchange}});
  }
}

void FleetMachine::OnTick(MonoTime now) {
  std::erase_if(members_, [&](const Member& member) {
    // An agent that we started is gone once its process is dead; one that joined by itself, once it
    // stays away.
    const bool gone = member.spawn_number ? member.death.has_value() : !member.session;
    return gone && !member.agent && now - member.seen > options_.absence_max;
  });
}

// --- runs ---------------------------------------------------------------------------------------

bool FleetMachine::Run::IsFull() const {
  return std::find(bound.begin(), bound.end(), false) == bound.end();
}

std::optional<uint32_t> FleetMachine::Run::SeatOf(uint64_t incarnation) const {
  for (size_t i = 0; i < roster.size(); ++i) {
    if (roster[i] && roster[i]->incarnation == incarnation) return static_cast<uint32_t>(i);
  }
  return std::nullopt;
}

void FleetMachine::BeginRun(std::string run_id, uint32_t agents, MonoTime) {
  assert(!run_);
  run_ = Run{.run_id = std::move(run_id), .bound = std::vector<bool>(agents, false)};
  for (Member& member : members_) {
    // One that joined by itself and is away may never come back.
    const bool is_there = member.spawn_number ? !member.death : member.session.has_value();
    if (is_there) Bind(member);
  }
  for (Member& member : members_) {
    // Remaining places go to agents that died between runs, so that the run ends with their reason
    // instead of a time-out.
    if (member.death && !std::exchange(member.death_told, true)) Bind(member);
  }
}

void FleetMachine::ResumeRun(std::string run_id, FleetRoster roster) {
  assert(!run_);
  resuming_ = false;
  std::vector<bool> bound;
  for (const auto& seat : roster) bound.push_back(!seat);
  run_ = Run{.run_id = std::move(run_id), .bound = std::move(bound), .roster = std::move(roster)};
  for (Member& member : members_) {
    if (member.session) Bind(member);
  }
}

void FleetMachine::Bind(Member& member) {
  if (!run_ || run_->IsFull() || member.agent) return;
  const auto place = PlaceFor(member);
  if (!place) return;
  run_->bound[*place] = true;
  member.agent = *place;
  member.up_told = false;
  if (member.death) return TellDeath(member);
  if (member.session) TellUp(member);
}

std::optional<uint32_t> FleetMachine::PlaceFor(const Member& member) const {
  if (!run_->roster.empty()) {
    return member.incarnation ? run_->SeatOf(*member.incarnation) : std::nullopt;
  }
  // The lowest that is free, so that a sweep's runs number the same members alike.
  const auto place = std::find(run_->bound.begin(), run_->bound.end(), false);
  return static_cast<uint32_t>(place - run_->bound.begin());
}

void FleetMachine::TellDeath(Member& member) {
  member.death_told = true;
  Tell(ToRun{{.agent = *member.agent, .event = AgentDied{.how = *member.death}}});
}

void FleetMachine::TellUp(Member& member) {
  Tell(ToRun{{.agent = *member.agent,
              .event = AgentUp{.session = *member.session,
                               .incarnation = *member.incarnation,
                               .resume_secret_sha256 = Sha256Hex(member.secret),
                               .host = member.host}}});
  // Once per run; later probes are passed on as they arrive.
  if (std::exchange(member.up_told, true)) return;
  for (const ClockExchange& exchange : member.probes.Probes()) {
    Tell(ToRun{{.agent = *member.agent, .event = exchange}});
  }
}

void FleetMachine::Release(Member& member) {
  // Without a session it is released when it dials again.
  if (member.session) Tell(ToSession{*member.session, ReleaseRun{.run_id = run_->run_id}});
  member.agent.reset();
}

void FleetMachine::Drop(uint32_t agent) {
  // Nor does it come back: it is told to release the run when it dials.
  if (run_ && agent < run_->roster.size()) {
    run_->roster[agent].reset();
    run_->bound[agent] = true;
  }
  for (Member& member : members_) {
    if (run_ && member.agent == agent) Release(member);
  }
}

void FleetMachine::EndRun() {
  if (!run_) return;
  for (Member& member : members_) {
    if (member.agent) Release(member);
  }
  run_.reset();
}

void FleetMachine::Dismiss() {
  for (Member& member : members_) {
    if (!member.session) continue;
    // One that joined by itself waits for the next controller.
    if (!member.spawn_number) {
      Tell(CloseSession{*member.session, absl::UnavailableError("the controller is ending")});
      continue;
    }
    Tell(ToSession{*member.session, DismissAgent{}});
    Tell(CloseSession{*member.session, absl::OkStatus()});
  }
}

std::vector<FleetCommand> FleetMachine::TakeCommands() { return std::exchange(commands_, {}); }

uint32_t FleetMachine::spawned_alive() const {
  return static_cast<uint32_t>(
      std::count_if(members_.begin(), members_.end(),
                    [](const Member& member) { return member.spawn_number && !member.death; }));
}

std::vector<FleetMember> FleetMachine::members() const {
  std::vector<FleetMember> members;
  for (const Member& member : members_) {
    if (!member.incarnation || member.death) continue;
    members.push_back({.name = member.name,
                       .host = member.host,
                       .specctl_version = member.specctl_version,
                       .connected = member.session.has_value(),
                       .in_run = member.agent.has_value()});
  }
  return members;
}

}  // namespace specctl::controller
