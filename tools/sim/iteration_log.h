// IterationLog: what each of the latest engine steps did, until somebody takes it.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "common/base/clock.h"

namespace specctl::sim {

// One engine step.
struct Iteration {
  uint64_t number = 0;  // from 1
  MonoTime end;
  Nanos length{0};
  Nanos drafting{0};  // of it
  uint64_t running = 0;
  uint64_t waiting = 0;
  uint64_t completed = 0;  // requests that ended in it
  uint64_t prefilling = 0;
  uint64_t prefill_tokens = 0;
  uint64_t decoding = 0;
  uint64_t tokens = 0;  // of decoding requests, those cut off too
  uint64_t drafts = 0;  // requests with a draft
  uint64_t draft_tokens = 0;
  uint64_t accepted_tokens = 0;
  uint64_t kv_tokens = 0;
};

// Holds the latest `iterations_max`, and sums of those that had to go before somebody took them;
// who takes them leaves none to others.  Not thread-safe.
class IterationLog {
 public:
  explicit IterationLog(size_t iterations_max) : iterations_max_(iterations_max) {}

  void Add(const Iteration& iteration);
  // Those that ended before `end`, oldest first.
  std::vector<Iteration> TakeBefore(MonoTime end);
  // Sums of counts over those that there was no room for; nothing else of them is told.
  Iteration TakeDropped();

 private:
  size_t iterations_max_;
  std::deque<Iteration> iterations_;
  Iteration dropped_;
};

}  // namespace specctl::sim
