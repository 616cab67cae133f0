// Simulation: a fleet, its runs, their faults, from beginning to end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/faults.h"
#include "tests/simulation/simulated_agent.h"
#include "tests/simulation/simulated_fleet.h"
#include "tests/simulation/simulated_run.h"
#include "tests/simulation/world.h"

namespace specctl::simulation {

class Simulation final : private FaultyParts {
 public:
  Simulation(const Scenario& scenario, Plant plant);
  ~Simulation();

  // Until nothing happens any more: every run has ended, the agents are dismissed and gone.
  void Run();
  const World& world() const { return world_; }
  void TellAll() { world_.tells = true; }

 private:
  SimulatedAgent* AgentOn(uint32_t host) override;
  SimulatedRun* CurrentRun() override;
  RunHistory* CurrentHistory() override;
  void Stall(Nanos length) override;
  void KillController(Nanos away) override;
  void Kill(uint32_t host, std::optional<Nanos> back_after) override;

  void StartAgent(uint32_t host, std::optional<uint32_t> spawn_number);
  void BeginNextRun();
  void GrowFleet();
  void OnRunFinished();
  void Dismiss();
  SimulatedFleet& fleet() { return *fleets_.back(); }
  void StartFleet(bool resuming);
  // The controller is there again; what it left of a run goes on, begins anew, or is over.
  void RestartController(bool left_a_run);
  void TakeUpRun(RunHistory& history);

  World world_;
  std::vector<std::unique_ptr<SimulatedFleet>> fleets_;  // of the controller's lives
  std::vector<std::unique_ptr<SimulatedAgent>> agents_;  // all there ever were
  std::vector<SimulatedAgent*> on_host_;
  std::vector<std::unique_ptr<SimulatedRun>> runs_;
  Faults faults_;
  uint64_t incarnations_ = 0;
  MonoTime dismissed_at_{}, stalled_until_{};
  bool controller_is_down_ = false;
};

}  // namespace specctl::simulation
