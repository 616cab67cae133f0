// PaceReport: how well a PaceServer kept its own pace.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/clock.h"
#include "common/stats/log_linear_sketch.h"

namespace specctl::sim {

// Not thread-safe.
class PaceReport {
 public:
  // A chunk was handed to the kernel `lateness` after it was due.
  void AddLateness(Nanos lateness) { lateness_.AddValue(lateness); }
  // A chunk did not fit into its socket's buffer: the client reads too slowly.
  void CountBlocked() { ++blocked_; }

  uint64_t chunks() const { return lateness_.count(); }
  // For people, and for agent/null_server/pace_text.h, without a line end.  `cpu`: what the process
  // took in all.
  std::string Text(Nanos cpu) const;
  // A Prometheus summary.
  std::string Metrics() const;

 private:
  LogLinearSketch lateness_;
  uint64_t blocked_ = 0;
};

}  // namespace specctl::sim
