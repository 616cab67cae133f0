// Requirements of the second run, and whether they hold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/compare/acceptance_floors.h"
#include "common/compare/compared_figures.h"
#include "common/compare/condition.h"

namespace specctl {

// One term, decided.
struct Decision {
  std::string term;  // as it was written, or what a floor asks
  bool holds = false;
  std::string reason;                  // with the figures that decided
  std::optional<double> value, bound;  // measured, and its one-sided 95 % bound on the bad side
  double limit = 0;  // in the same unit; of a term in per cent all three are shares of A's
};

// A `>=` holds where the lower one-sided 95 % bound is not below its limit, a `<=` where the upper
// one is not above; in per cent the bounds are those of b / a - 1.  A term whose figure has no
// interval does not hold, since nothing is shown.
Decision Decide(const Condition& condition, const ComparedFigures& figures);

// Each category that the floors name, or "all": the lower one-sided 95 % bound of the acceptance
// length per draft, at the run's own draft length, must not be below the floor.
// INVALID_ARGUMENT: the run has no category of that name, its draft length is unknown or has no
// floor.
absl::StatusOr<std::vector<Decision>> DecideFloors(const AcceptanceFloors& floors,
                                                   const MeasuredRun& run);

}  // namespace specctl
