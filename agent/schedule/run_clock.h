// RunClock: the times of a run that follow from T0.
#pragma once

#include <cstdint>
#include <optional>

#include "common/base/clock.h"
#include "common/workload/run_spec.h"

namespace specctl::agent {

// Stages: ramp (slots are filled evenly) -> warm-up -> hold -> drain.  Pure.
class RunClock {
 public:
  RunClock(MonoTime t0, const LoadSpec& load) : t0_(t0), load_(load) {}

  MonoTime t0() const { return t0_; }
  // When a slot of the run, numbered over all agents in [0, slots), begins its first
  // request: T0 + ramp * global_slot / slots.
  MonoTime SlotBegin(uint64_t global_slot) const;
  // T0 + ramp + warm-up + duration: from then on no turn begins.  nullopt without a duration.
  std::optional<MonoTime> Limit() const;

 private:
  MonoTime t0_;
  LoadSpec load_;
};

}  // namespace specctl::agent
