// Faults: what goes wrong, and when.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/simulation/seeded_random.h"
#include "tests/simulation/simulated_agent.h"
#include "tests/simulation/simulated_run.h"
#include "tests/simulation/world.h"

namespace specctl::simulation {

// What faults act on.
class FaultyParts {
 public:
  virtual ~FaultyParts() = default;
  virtual SimulatedAgent* AgentOn(uint32_t host) = 0;  // null: none is there
  virtual SimulatedRun* CurrentRun() = 0;              // null: none is on
  virtual RunHistory* CurrentHistory() = 0;
  virtual void Stall(Nanos length) = 0;  // the controller does nothing
  // The controller dies, and is there again `away` later, on what its disk has.
  virtual void KillController(Nanos away) = 0;
  virtual void Kill(uint32_t host, std::optional<Nanos> back_after) = 0;
};

// In a mild scenario no fault may cost an agent its place: a cut, a stop and what follows them are
// over before the agent time-out, and leave the agent time to be heard of before the next.
class Faults {
 public:
  Faults(World& world, FaultyParts& parts);

  void Begin();
  // None follows; what is broken still heals in its time.
  void End() { over_ = true; }

 private:
  void Next();
  void Strike();
  bool IsQuiet(uint32_t host) const;
  Nanos LengthMax() const;
  Nanos DrawLength();
  void CutLink(uint32_t host);
  void StopAgent(uint32_t host);
  void StallController();
  void KillController();
  void SlowDisk();
  void KillAgent(uint32_t host);
  void TerminateAgent(uint32_t host);
  // `kind` as the sums call it.
  void Note(const std::string& kind, const std::string& what);
  void Interrupt();
  void FillJournal();
  void FailSyncs();
  void FillSpool(uint32_t host);

  World& world_;
  FaultyParts& parts_;
  SeededRandom random_;
  std::vector<MonoTime> quiet_until_;  // by host
  MonoTime stall_quiet_until_{};
  Nanos agent_timeout_{0};  // the shortest
  bool over_ = false;
};

}  // namespace specctl::simulation
