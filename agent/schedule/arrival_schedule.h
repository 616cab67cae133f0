// ArrivalSchedule: when an agent's conversations of an open loop are due.
#pragma once

#include <cstdint>

#include "common/base/clock.h"
#include "common/workload/arrival_times.h"

namespace specctl::agent {

// Arrival j of the run belongs to agent j mod agents, as position j does: the k-th time here is
// that of the k-th conversation of a ConversationFeed.  Walks through all agents' arrivals, some
// 100 ns each.  Pure; not thread-safe.
class ArrivalSchedule {
 public:
  struct Share {
    uint32_t agent = 0, agents = 1;
  };
  ArrivalSchedule(MonoTime t0, const OpenLoop& loop, uint64_t seed, Share share);

  // Of the next conversation.
  MonoTime due() const { return due_; }
  void Advance();

 private:
  void Skip(uint32_t arrivals);

  const MonoTime t0_;
  const uint32_t agents_;
  ArrivalTimes times_;
  MonoTime due_;
};

}  // namespace specctl::agent
