// PaceReport: how well a PaceServer kept its own pace.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
  // For people, without a line end.  `cpu`: what the process took in all.
  std::string Text(Nanos cpu) const;
  // A Prometheus summary.
  std::string Metrics() const;

 private:
  LogLinearSketch lateness_;
  uint64_t blocked_ = 0;
};

// What PaceReport::Text() says, to the microsecond.
struct PaceSummary {
  uint64_t chunks = 0;
  Nanos lateness_p99{0};
  uint64_t blocked = 0;
};

// Of the last such line in `output`, which is all that a paced server printed; nullopt where there
// is none.
std::optional<PaceSummary> ParsePaceReport(std::string_view output);

}  // namespace specctl::sim
