// TargetChooser: which target server a conversation goes to.
#pragma once

#include <cstdint>
#include <vector>

#include "agent/schedule/target_health.h"
#include "common/workload/run_spec.h"

namespace specctl::agent {

// round_robin: position mod targets, whatever the servers do.  least_in_flight: the target with the
// fewest conversations of this agent, the lowest index among equals, of those that TargetHealth
// finds worth a try: a server that is dead fails at once, and would have the fewest for ever.
// Where none is, the one that is to be tried first.  paired: of each two positions one goes to the
// one target and one to the other, whatever the servers do; which is first depends on the positions
// alone.  A conversation stays where it began.  Pure.
class TargetChooser {
 public:
  // `targets` > 0.
  TargetChooser(UrlPolicy policy, uint32_t targets) : policy_(policy), targets_(targets) {}

  struct Choice {
    uint32_t target = 0;  // in [0, targets)
    bool is_try = false;  // whether it serves again is to be seen
  };
  // Begins a conversation at `now`.
  Choice BeginConversation(uint64_t position, MonoTime now);
  // A request of the conversation ended so.
  void OnRequestEnd(const Choice& choice, TargetSign sign, MonoTime now);
  // The conversation is over.
  void EndConversation(const Choice& choice);
  uint64_t in_flight(uint32_t target) const { return targets_[target].in_flight; }

 private:
  struct Target {
    uint64_t in_flight = 0;
    uint64_t tries = 0;  // of them begun while it was shunned
    TargetHealth health;
  };
  uint32_t PolicyTarget(uint64_t position, MonoTime now) const;
  uint32_t LeastInFlight(MonoTime now) const;

  UrlPolicy policy_;
  std::vector<Target> targets_;
};

}  // namespace specctl::agent
