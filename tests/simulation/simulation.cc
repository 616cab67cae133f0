#include "tests/simulation/simulation.h"

#include <algorithm>
#include <utility>

#include <absl/strings/str_format.h>

namespace specctl::simulation {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

// To learn of a cut, to go on after a stop, and the last pause between two dials.
constexpr Nanos kGoneSlack = seconds(90);
constexpr uint32_t kControllersKilledMax = 4;  // in a run

RunSpec SpecOf(const Scenario& scenario, size_t index) {
  const RunPlan& plan = scenario.runs[index];
  RunSpec spec;
  spec.run_id = absl::StrFormat("run-%d", index);
  spec.specctl_version = "simulated";
  spec.load = plan.load;
  spec.request.model = "m";
  spec.targets = {TargetSpec{.url = "http://simulated"}};
  spec.server_metrics = false;
  spec.dataset.rows = plan.turns.size();
  spec.agent_timeout = plan.agent_timeout;
  return spec;
}

}  // namespace

Simulation::Simulation(const Scenario& scenario, Plant plant)
    : world_(scenario, plant), on_host_(scenario.hosts.size(), nullptr), faults_(world_, *this) {
  StartFleet(/*resuming=*/false);
}

Simulation::~Simulation() = default;

void Simulation::StartFleet(bool resuming) {
  // A started process runs on the host of its number.
  const auto spawn = [this](uint32_t number) {
    StartAgent(number % static_cast<uint32_t>(on_host_.size()), number);
  };
  fleets_.push_back(std::make_unique<SimulatedFleet>(world_, spawn, resuming));
  world_.fleet = fleets_.back().get();
}

void Simulation::Run() {
  const auto hosts = static_cast<uint32_t>(on_host_.size());
  SeededRandom random(world_.scenario.seed, Stream::kScenario, 1);
  if (!world_.scenario.spawned) {
    for (uint32_t host = 0; host < hosts; ++host) {
      world_.queue.After(random.Skewed(milliseconds(1), seconds(1)),
                         [this, host] { StartAgent(host, std::nullopt); });
    }
  }
  faults_.Begin();
  BeginNextRun();
  if (!world_.queue.RunUntil(world_.queue.now() + hours(2))) {
    world_.Find("something still waits two hours later");
  }
  // An agent that is cut off or stopped while it is dismissed finds out by itself.
  const MonoTime latest = dismissed_at_ + world_.scenario.outage_max + kGoneSlack;
  for (const auto& agent : agents_) {
    if (agent->is_gone() && agent->gone_at() <= latest) continue;
    world_.Find(absl::StrFormat("the agent on host %d %s", agent->identity().host,
                                agent->is_gone() ? "waits too long" : "waits for ever"));
  }
}

void Simulation::StartAgent(uint32_t host, std::optional<uint32_t> spawn_number) {
  // The process that was there may live on: it only is not what faults strike any more.
  agents_.push_back(std::make_unique<SimulatedAgent>(
      world_,
      SimulatedAgent::Identity{
          .host = host, .incarnation = SplitMix64(++incarnations_), .spawn_number = spawn_number}));
  on_host_[host] = agents_.back().get();
  agents_.back()->Start();
}

void Simulation::BeginNextRun() {
  if (world_.queue.now() < stalled_until_) {
    return world_.queue.At(stalled_until_, [this] { BeginNextRun(); });
  }
  const size_t index = world_.runs.size();
  if (index == world_.scenario.runs.size()) return Dismiss();
  auto history = std::make_unique<RunHistory>();
  history->plan = world_.scenario.runs[index];
  history->spec = SpecOf(world_.scenario, index);
  world_.runs.push_back(std::move(history));
  GrowFleet();
  runs_.push_back(std::make_unique<SimulatedRun>(world_, fleet(), *world_.runs.back(),
                                                 [this] { OnRunFinished(); }));
  world_.Tell(world_.runs.back()->spec.run_id + " begins");
  runs_.back()->Begin();
}

void Simulation::GrowFleet() {
  if (!world_.scenario.spawned) return;
  auto agents = static_cast<uint32_t>(on_host_.size());
  if (world_.scenario.grows) {
    agents = 0;
    for (const auto& run : world_.runs) agents = std::max(agents, run->spec.load.agents);
  }
  fleet().Grow(agents);
}

void Simulation::OnRunFinished() {
  world_.Tell(world_.runs.back()->spec.run_id + " is over");
  const size_t next = world_.runs.size();
  const Nanos gap =
      next < world_.scenario.runs.size() ? world_.scenario.runs[next].gap_before : Nanos(0);
  world_.queue.After(gap, [this] { BeginNextRun(); });
}

void Simulation::Dismiss() {
  faults_.End();
  dismissed_at_ = world_.queue.now();
  fleet().Dismiss();
  // What the fleet has started and that does not exit by itself is killed.
  world_.queue.After(seconds(4), [this] {
    for (const auto& agent : agents_) {
      if (agent->identity().spawn_number) agent->Kill();
    }
  });
}

// --- what faults act on -------------------------------------------------------------------------

SimulatedAgent* Simulation::AgentOn(uint32_t host) {
  SimulatedAgent* const agent = on_host_[host];
  return agent == nullptr || agent->is_gone() ? nullptr : agent;
}

SimulatedRun* Simulation::CurrentRun() {
  if (controller_is_down_ || runs_.empty() || runs_.back()->finished()) return nullptr;
  return runs_.back().get();
}

RunHistory* Simulation::CurrentHistory() {
  return CurrentRun() == nullptr ? nullptr : world_.runs.back().get();
}

void Simulation::Stall(Nanos length) {
  const MonoTime until = stalled_until_ = world_.queue.now() + length;
  fleet().HoldUntil(until);
  if (SimulatedRun* const run = CurrentRun()) run->HoldUntil(until);
}

void Simulation::KillController(Nanos away) {
  if (controller_is_down_) return;
  SimulatedRun* const run = CurrentRun();
  const bool left_a_run = run != nullptr;
  if (left_a_run) {
    RunHistory& history = *world_.runs.back();
    // Each life gives every agent its time-out anew: where none lives as long, no run ends.
    if (++history.controllers_killed > kControllersKilledMax) return;
    // Agents have their time-out anew, to be heard of by the next life.
    if (history.t0) history.held += away + history.spec.agent_timeout;
    run->Die();
  }
  controller_is_down_ = true;
  world_.network.LoseController();
  fleet().Die();
  const MonoTime back = world_.queue.now() + away;
  stalled_until_ = std::max(stalled_until_, back + Nanos(1));
  world_.queue.At(back, [this, left_a_run] { RestartController(left_a_run); });
}

void Simulation::RestartController(bool left_a_run) {
  world_.Tell("the controller is there again");
  controller_is_down_ = false;
  world_.network.listening = true;
  StartFleet(/*resuming=*/left_a_run);
  if (left_a_run) TakeUpRun(*world_.runs.back());
}

void Simulation::TakeUpRun(RunHistory& history) {
  SimulatedRun::Left left = SimulatedRun::ReadLeft(world_, history);
  const auto finished = [this] { OnRunFinished(); };
  if (left.past.ended()) {
    fleet().GiveUpResuming();
    history.ended = true;
    history.end = *left.past.ended();
    history.ended_at = world_.queue.now();
    return OnRunFinished();
  }
  if (!left.past.CanResume()) {
    // No agent has been told of a T0.
    fleet().GiveUpResuming();
    *history.disk = {
        .bytes = "", .bytes_max = history.disk->bytes_max, .fails_sync = history.disk->fails_sync};
    history.t0.reset();
    history.held = Nanos(0);
    history.acked.clear();
    runs_.push_back(std::make_unique<SimulatedRun>(world_, fleet(), history, finished));
    return runs_.back()->Begin();
  }
  left.past.BeginLife({.boot_id = kControllerBootId,
                       .mono_ns = MonoNs(world_.queue.now()),
                       .unix_ns = MonoNs(world_.queue.now() + kUnixMinusMono)});
  const controller::RunPast past = left.past;
  runs_.push_back(
      std::make_unique<SimulatedRun>(world_, fleet(), history, std::move(left), finished));
  runs_.back()->Resume(past);
}

void Simulation::Kill(uint32_t host, std::optional<Nanos> back_after) {
  SimulatedAgent* const agent = AgentOn(host);
  if (agent == nullptr) return;
  agent->Kill();
  // The fleet looks for dead processes now and then; it starts new ones for the next run.
  if (const auto number = agent->identity().spawn_number) {
    return world_.queue.After(milliseconds(25), [this, n = *number] { fleet().OnDied(n); });
  }
  if (!back_after) return;
  world_.queue.After(*back_after, [this, host] { StartAgent(host, std::nullopt); });
}

}  // namespace specctl::simulation
