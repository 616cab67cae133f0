#include "common/figures/run_counts.h"

#include <numeric>

namespace specctl {

uint64_t Conservation::Unassigned() const {
  return std::accumulate(unassigned.begin(), unassigned.end(), uint64_t{0});
}

bool Conservation::Holds() const {
  // Without a plan only the second sum can be checked.
  const bool all_planned = !planned || *planned == sent + shed + Unassigned();
  // in_flight: requests whose end is missing; the run's verdict asks for 0 of them.
  return all_planned && sent == ok + failed + timed_out + cancelled + lost + in_flight;
}

}  // namespace specctl
