#include "tests/simulation/world.h"

#include <cstdio>

namespace specctl::simulation {
namespace {

constexpr MonoTime kStart{std::chrono::seconds(1000)};

std::vector<Nanos> LatenciesOf(const Scenario& scenario) {
  std::vector<Nanos> latencies;
  for (const HostPlan& host : scenario.hosts) latencies.push_back(host.latency);
  return latencies;
}

}  // namespace

World::World(const Scenario& of, Plant planted)
    : scenario(of),
      plant(planted),
      queue(kStart),
      network(queue, of.seed, LatenciesOf(of), of.faults) {}

void World::Find(const std::string& what) {
  if (finding.empty()) finding = what;
}

void World::Tell(const std::string& what) {
  if (tells) std::printf("%12.6f %s\n", Seconds(queue.now() - kStart), what.c_str());
}

RunHistory* World::RunNamed(const std::string& run_id) {
  for (const auto& run : runs) {
    if (run->spec.run_id == run_id) return run.get();
  }
  return nullptr;
}

}  // namespace specctl::simulation
