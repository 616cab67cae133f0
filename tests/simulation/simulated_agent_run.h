// SimulatedAgentRun: AgentRun over a SimulatedLoad.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "agent/session/agent_run.h"
#include "tests/simulation/simulated_clock.h"
#include "tests/simulation/simulated_load.h"
#include "tests/simulation/simulated_thread.h"
#include "tests/simulation/world.h"

namespace specctl::simulation {

// Takes the orders, and replies, as AgentRun does.  Of the agent's load thread.
class SimulatedAgentRun {
 public:
  SimulatedAgentRun(World& world, SimulatedThread& thread, const SimulatedClock& clock,
                    uint64_t incarnation, agent::AgentRun::Replies replies);

  void OnJob(LoadJob job);
  void OnArm(ArmAgent order);
  void OnDrain(const DrainAgent& order);
  void OnRelease(const std::string& run_id);
  // Drains, of this agent's own accord, and exits after that run's release.
  void OnStop(Nanos grace);
  // The session is over.
  void OnEnd();
  bool has_job() const { return next_.has_value() || job_.has_value(); }
  // No run is held, and the session is over.
  std::function<void()> on_exit;

 private:
  // The stations of AgentRun::ServeRun.
  enum class At { kNothing, kPreparing, kPrepared, kLoad, kOver };

  MonoTime Now() const { return clock_.Read(world_.queue.now()); }
  bool IsOver() const { return released_ || ended_; }
  void Advance();
  void BeginPreparing();
  void BeginLoad();
  void FinishLoad();
  void Forget();
  void ArrangeLoad();
  void OnLoadDue(MonoTime due);
  void StopLoad(UnassignedReason reason, Nanos grace);

  World& world_;
  SimulatedThread& thread_;
  const SimulatedClock& clock_;
  const uint64_t incarnation_;
  const agent::AgentRun::Replies replies_;
  SeededRandom random_;
  At at_ = At::kNothing;
  std::optional<LoadJob> next_, job_;
  std::optional<ArmAgent> arm_;
  std::optional<DrainAgent> drain_;
  std::optional<SimulatedLoad> load_;
  bool released_ = false, stopped_ = false, cut_short_ = false, ended_ = false, exited_ = false;
};

}  // namespace specctl::simulation
