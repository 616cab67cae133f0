#include "tests/simulation/faults.h"

#include <algorithm>
#include <cmath>

#include <absl/strings/str_format.h>

namespace specctl::simulation {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// After a cut: the pause before the dial that succeeds, a dial that fails, the way to and fro, a
// heartbeat that was missed, a stall of the controller.
constexpr Nanos kRecovery = milliseconds(6500);
constexpr Nanos kSilentCutMax = seconds(20);
constexpr Nanos kStallMax = seconds(40);  // longer than any agent time-out
constexpr Nanos kAwayMax = seconds(40);

}  // namespace

Faults::Faults(World& world, FaultyParts& parts)
    : world_(world),
      parts_(parts),
      random_(world.scenario.seed, Stream::kFaults),
      quiet_until_(world.scenario.hosts.size()),
      agent_timeout_(world.scenario.runs.front().agent_timeout) {
  for (const RunPlan& run : world.scenario.runs) {
    agent_timeout_ = std::min(agent_timeout_, run.agent_timeout);
  }
}

void Faults::Begin() {
  if (!world_.scenario.faults) return;
  if (!world_.scenario.mild) world_.network.dial_fails_max = seconds(25);
  Next();
}

void Faults::Next() {
  const double gaps = -std::log(1 - random_.Share());
  const auto gap = static_cast<double>(world_.scenario.fault_gap.count()) * gaps;
  world_.queue.After(Nanos(static_cast<int64_t>(gap)), [this] {
    if (over_) return;
    Strike();
    Next();
  });
}

void Faults::Strike() {
  const auto host = static_cast<uint32_t>(random_.Below(world_.scenario.hosts.size()));
  const uint64_t kind = random_.Below(world_.scenario.mild ? 80 : 100);
  if (kind < 50) return CutLink(host);
  if (kind < 60) return StopAgent(host);
  if (kind < 65) return StallController();
  if (kind < 70) return KillController();
  if (kind < 80) return SlowDisk();
  if (kind < 85) return KillAgent(host);
  if (kind < 87) return TerminateAgent(host);
  if (kind < 93) return Interrupt();
  if (kind < 95) return FillJournal();
  if (kind < 96) return FailSyncs();
  FillSpool(host);
}

void Faults::Note(const std::string& kind, const std::string& what) {
  ++world_.faults[kind];
  world_.Tell(what);
}

bool Faults::IsQuiet(uint32_t host) const { return world_.queue.now() >= quiet_until_[host]; }

Nanos Faults::LengthMax() const {
  return world_.scenario.mild ? agent_timeout_ - kRecovery : agent_timeout_ * 3 / 2;
}

Nanos Faults::DrawLength() { return random_.Skewed(milliseconds(1), LengthMax()); }

void Faults::CutLink(uint32_t host) {
  if (!IsQuiet(host)) return;
  const Nanos length = DrawLength();
  // Some ends learn of it at once, some by their own time-out.
  const auto end = [this] {
    const Nanos most = std::min(kSilentCutMax, LengthMax());
    return random_.Chance(0.5) ? random_.Skewed(microseconds(100), milliseconds(50))
                               : random_.Skewed(milliseconds(50), most);
  };
  const SimulatedNetwork::CutDelays delays{.agent = end(), .controller = end()};
  world_.network.Cut(host, delays);
  Note("links cut",
       absl::StrFormat("link %d is cut for %.3f s; the agent learns of it in %.3f s, the "
                       "controller in %.3f s",
                       host, Seconds(length), Seconds(delays.agent), Seconds(delays.controller)));
  const Nanos dark = std::max(length, delays.agent);
  quiet_until_[host] = world_.queue.now() + (world_.scenario.mild ? dark + kRecovery : length);
  world_.queue.After(length, [this, host] { world_.network.Heal(host); });
}

void Faults::StopAgent(uint32_t host) {
  SimulatedAgent* const agent = parts_.AgentOn(host);
  if (agent == nullptr || !IsQuiet(host)) return;
  const Nanos length = DrawLength();
  agent->Stop(length);
  Note("agents stopped",
       absl::StrFormat("the agent on host %d is stopped for %.3f s", host, Seconds(length)));
  if (RunHistory* const run = parts_.CurrentHistory()) {
    run->stopped.insert(agent->identity().incarnation);
  }
  quiet_until_[host] = world_.queue.now() + length + kRecovery;
}

void Faults::StallController() {
  if (world_.queue.now() < stall_quiet_until_) return;
  // Time in which the controller itself does nothing is nobody's silence.
  const Nanos length = random_.Skewed(milliseconds(1), kStallMax);
  parts_.Stall(length);
  Note("controller stalled",
       absl::StrFormat("the controller is stalled for %.3f s", Seconds(length)));
  stall_quiet_until_ = world_.queue.now() + length + seconds(3);
}

void Faults::KillController() {
  // Processes that it started would die with it.
  if (world_.scenario.spawned || world_.queue.now() < stall_quiet_until_) return;
  const Nanos away = random_.Skewed(milliseconds(1), kAwayMax);
  Note("controller killed",
       absl::StrFormat("the controller is killed, and away for %.3f s", Seconds(away)));
  parts_.KillController(away);
  stall_quiet_until_ = world_.queue.now() + away + kRecovery;
  if (!world_.scenario.mild) return;
  // Agents need time to be heard of by the next life, too.
  for (MonoTime& until : quiet_until_) until = std::max(until, stall_quiet_until_);
}

void Faults::SlowDisk() {
  SimulatedRun* const run = parts_.CurrentRun();
  if (run == nullptr) return;
  const Nanos most = world_.scenario.mild ? milliseconds(300) : milliseconds(3000);
  run->sync_max = random_.Skewed(milliseconds(1), most);
  Note("disk slow", absl::StrFormat("syncs take up to %.3f s", Seconds(run->sync_max)));
}

void Faults::KillAgent(uint32_t host) {
  const bool back = random_.Chance(0.7);
  const Nanos after = random_.Skewed(milliseconds(10), seconds(5));
  if (parts_.AgentOn(host) == nullptr) return;
  Note("agents killed", absl::StrFormat("the agent on host %d is killed", host));
  parts_.Kill(host, back ? std::make_optional(after) : std::nullopt);
}

void Faults::TerminateAgent(uint32_t host) {
  SimulatedAgent* const agent = parts_.AgentOn(host);
  if (agent == nullptr) return;
  Note("agents told to end", absl::StrFormat("the agent on host %d is told to end", host));
  agent->Terminate();
}

void Faults::Interrupt() {
  SimulatedRun* const run = parts_.CurrentRun();
  if (run == nullptr) return;
  run->Interrupt();
  Note("runs interrupted", "the run is interrupted");
  if (random_.Chance(0.7)) run->Interrupt();
}

void Faults::FillJournal() {
  RunHistory* const run = parts_.CurrentHistory();
  if (run == nullptr) return;
  Note("journals full", "the journal's disk is full");
  run->disk->bytes_max = run->disk->bytes.size() + random_.Below(4096);
}

void Faults::FailSyncs() {
  RunHistory* const run = parts_.CurrentHistory();
  if (run == nullptr) return;
  Note("journals failing", "the journal's syncs fail");
  run->disk->fails_sync = true;
}

void Faults::FillSpool(uint32_t host) {
  SimulatedAgent* const agent = parts_.AgentOn(host);
  if (agent == nullptr) return;
  Note("spools full", absl::StrFormat("the spool's disk on host %d is full", host));
  agent->spool().bytes_max = random_.Below(4096);
}

}  // namespace specctl::simulation
