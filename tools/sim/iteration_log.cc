#include "tools/sim/iteration_log.h"

namespace specctl::sim {

void IterationLog::Add(const Iteration& iteration) {
  if (iterations_max_ == 0) return;
  if (iterations_.size() == iterations_max_) iterations_.pop_front();
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

}  // namespace specctl::sim
