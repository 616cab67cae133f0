// Scenario: what a seed decides before anything happens.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/clock.h"
#include "common/workload/run_spec.h"

namespace specctl::simulation {

// A host that an agent runs on, and its link to the controller.
struct HostPlan {
  bool is_controllers = false;  // one boot, one clock
  Nanos clock_offset{0};        // of its monotonic clock to the controller's
  double drift_ppm = 0;
  Nanos wall_error{0};
  Nanos latency{0};  // of the link, one way, at least
};

struct RunPlan {
  LoadSpec load;
  std::vector<uint32_t> turns;  // of each row
  double failing_share = 0;     // of the requests
  Nanos gap_before{0};
  Nanos agent_timeout{0};
};

struct Scenario {
  uint64_t seed = 0;
  // No fault of it may cost a run anything: its batches are the same without any.
  bool mild = true;
  bool faults = true;
  bool spawned = true;  // else the agents join by themselves
  bool grows = false;   // of spawned ones only as many are started as the runs so far need
  std::vector<HostPlan> hosts;
  std::vector<RunPlan> runs;
  Nanos fault_gap{0};  // mean
  uint64_t store_memory_bytes = 0;
  uint64_t spool_bytes_max = 0;
  Nanos outage_max{0};
};

Scenario MakeScenario(uint64_t seed);
// The same, and nothing goes wrong.
Scenario WithoutFaults(Scenario scenario);

}  // namespace specctl::simulation
