// Counters of the servers behind one name, as those of one.
#pragma once

#include <optional>

#include "common/analysis/server_series.h"
#include "common/figures/server_figures.h"

namespace specctl {

// Sums over servers of one kind: what one of them has not counted yet, it lacks.
class CounterSums {
 public:
  void AddServer(const ServerSeries& server);
  ServerCounters Sums() const;

 private:
  ServerCounters sums_;
  std::optional<double> prefix_hits_, prefix_queries_;  // their shares can't be added up
};

}  // namespace specctl
