#include "tools/sim/iteration_log.h"

#include <utility>

namespace specctl::sim {

void IterationLog::Add(const Iteration& iteration) {
  if (iterations_max_ == 0) return;
  if (iterations_.size() == iterations_max_) {
    const Iteration& oldest = iterations_.front();
    dropped_.completed += oldest.completed;
    dropped_.drafts += oldest.drafts;
    dropped_.draft_tokens += oldest.draft_tokens;
    dropped_.accepted_tokens += oldest.accepted_tokens;
    iterations_.pop_front();
  }
  iterations_.push_back(iteration);
}

std::vector<Iteration> IterationLog::TakeBefore(MonoTime end) {
  std::vector<Iteration> taken;
  while (!iterations_.empty() && iterations_.front().end < end) {
    taken.push_back(iterations_.front());
    iterations_.pop_front();
  }
  return taken;
}

Iteration IterationLog::TakeDropped() { return std::exchange(dropped_, Iteration()); }

}  // namespace specctl::sim
