// TargetChooser: which target server a conversation goes to.
#pragma once

#include <cstdint>
#include <vector>

#include "common/plan/run_spec.h"

namespace specctl::agent {

// round_robin: position mod targets, whatever the servers do.  least_in_flight: the target with the
// fewest conversations of this agent, the lowest index among equals.  A conversation stays where it
// began.  Pure.
class TargetChooser {
 public:
  // `targets` > 0.
  TargetChooser(UrlPolicy policy, uint32_t targets) : policy_(policy), in_flight_(targets) {}

  // Begins a conversation and returns its target in [0, targets).
  uint32_t Begin(uint64_t position);
  void End(uint32_t target);
  uint64_t in_flight(uint32_t target) const { return in_flight_[target]; }

 private:
  UrlPolicy policy_;
  std::vector<uint64_t> in_flight_;
};

}  // namespace specctl::agent
