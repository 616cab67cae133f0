// Requirements of the second run, and whether they hold.
#pragma once

#include <optional>
#include <string>
#include <string_view>
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
  // In the same unit; of a term in per cent all three are shares of A's.  Absent: a file of floors
  // has none for this run.
  std::optional<double> limit;
};

// A `>=` holds where the lower one-sided 95 % bound is not below its limit, a `<=` where the upper
// one is not above; in per cent the bounds are those of b / a - 1.  A term whose figure has no
// interval does not hold, since nothing is shown.
Decision Decide(const Condition& condition, const ComparedFigures& figures);

// The same of one figure, which may be absent (nullptr): `a` is what a term in per cent is of.
Decision DecideMeasured(const Condition& condition, const Measured* a, const Measured* b);

// Of a quantile that was not decided because a run has too few values: the reason tells how many
// it needs and how many there are, which figures side by side don't know.
void ExplainFewValues(const Condition& condition, const MeasuredRun& a, const MeasuredRun& b,
                      Decision& decision);

// Each category that the floors name, or "all": the lower one-sided 95 % bound of the acceptance
// length per draft, at the run's own draft length, must not be below the floor.
// A category that the run does not have, or without a floor at that draft length, fails with a
// reason that names the run and the place in the file; so do all together, as one decision, where
// the run's draft length is unknown.
std::vector<Decision> DecideFloors(const AcceptanceFloors& floors, const MeasuredRun& run);

// The same of a file's text; one that lacks the run's model or mode fails as one decision.
// INVALID_ARGUMENT: it is no file of floors, whatever the run.
absl::StatusOr<std::vector<Decision>> DecideFloorsFile(const std::string& path,
                                                       std::string_view text,
                                                       const MeasuredRun& run);

}  // namespace specctl
