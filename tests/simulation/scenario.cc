#include "tests/simulation/scenario.h"

#include <algorithm>

#include "tests/simulation/seeded_random.h"

namespace specctl::simulation {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint32_t kAgentsMin = 4, kAgentsMax = 64;

// Most fleets are small, so that many seeds fit into a minute.
uint32_t DrawAgents(SeededRandom& random) {
  const double share = std::pow(random.Share(), 6);
  return kAgentsMin + static_cast<uint32_t>(share * (kAgentsMax - kAgentsMin + 1));
}

HostPlan DrawHost(SeededRandom& random) {
  HostPlan host;
  host.is_controllers = random.Chance(0.4);
  host.latency = random.Skewed(microseconds(50), milliseconds(40));
  if (host.is_controllers) return host;
  host.clock_offset = random.Between(seconds(1), seconds(100'000));
  host.drift_ppm = random.Share() * 60 - 30;
  host.wall_error = random.Between(milliseconds(-5), milliseconds(5));
  return host;
}

RunPlan DrawRun(SeededRandom& random, const Scenario& scenario) {
  RunPlan run;
  const auto fleet = static_cast<uint32_t>(scenario.hosts.size());
  run.load.agents = random.Chance(0.5) ? fleet : 1 + static_cast<uint32_t>(random.Below(fleet));
  run.load.shape = ClosedLoop{run.load.agents * (1 + static_cast<uint32_t>(random.Below(3)))};
  run.load.grace = random.Between(milliseconds(100), seconds(2));
  if (random.Chance(0.3)) run.load.ramp = random.Between(milliseconds(50), milliseconds(800));
  const bool by_time = random.Chance(0.7);
  if (by_time) run.load.duration = random.Between(milliseconds(300), milliseconds(2500));
  if (!by_time || random.Chance(0.3)) {
    const uint64_t count = ExpectationOf(run.load.shape).slots * (1 + random.Below(4));
    (random.Chance(0.5) ? run.load.requests_max : run.load.conversations_max) = count;
  }
  // How many have failed when depends on the order in which batches come.
  run.load.failed_share_max = scenario.mild ? 1 : 0.1 + 0.9 * random.Share();
  run.failing_share = random.Chance(0.3) ? 0.5 * random.Share() : 0.02;
  const uint64_t rows = 1 + random.Below(30);
  for (uint64_t i = 0; i < rows; ++i) {
    run.turns.push_back(random.Chance(0.7) ? 1 : 1 + static_cast<uint32_t>(random.Below(3)));
  }
  run.gap_before = random.Chance(0.75) ? Nanos(0) : random.Between(Nanos(0), milliseconds(500));
  constexpr Nanos kTimeouts[] = {seconds(10), seconds(14), seconds(30)};
  run.agent_timeout = kTimeouts[random.Below(std::size(kTimeouts))];
  run.load.degrades_on_agent_loss = random.Chance(0.3);
  return run;
}

}  // namespace

Scenario MakeScenario(uint64_t seed) {
  SeededRandom random(seed, Stream::kScenario);
  Scenario scenario;
  scenario.seed = seed;
  scenario.mild = random.Chance(0.5);
  scenario.spawned = random.Chance(0.5);
  const uint32_t agents = DrawAgents(random);
  for (uint32_t i = 0; i < agents; ++i) scenario.hosts.push_back(DrawHost(random));
  const uint64_t runs = agents > 24 ? 2 : 2 + random.Below(2);
  for (uint64_t i = 0; i < runs; ++i) scenario.runs.push_back(DrawRun(random, scenario));
  scenario.fault_gap = random.Skewed(milliseconds(100), seconds(3));
  scenario.store_memory_bytes = uint64_t{1} << (8 + random.Below(8));
  scenario.spool_bytes_max = scenario.mild ? 1 << 30 : uint64_t{1} << (9 + random.Below(20));
  scenario.outage_max = seconds(120);
  scenario.grows = random.Chance(0.3);
  return scenario;
}

Scenario WithoutFaults(Scenario scenario) {
  scenario.faults = false;
  return scenario;
}

}  // namespace specctl::simulation
