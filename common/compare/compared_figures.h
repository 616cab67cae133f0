// Figures of two runs side by side, and which differences may be called such.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "common/compare/measured_run.h"

namespace specctl {

// What may be said of a figure of the second run, against the first.
enum class Finding {
  kNone,          // nothing: one of them lacks it, or an interval
  kNoDifference,  // none is shown
  kUnclear,       // its own interval leaves out 0, but among so many figures one may by chance
  kBetter,
  kWorse,
  kDifferent,  // where neither way is better
};
std::string_view FindingName(Finding finding);  // "none", "no_difference", "better", ...
bool IsCalled(Finding finding);                 // better, worse or different

struct ComparedStatistic {
  std::string_view key;                // "value", "mean", "p99", ...
  std::optional<Measured> a, b;        // at least one of them
  std::optional<Estimate> difference;  // b - a; intervals where both have a spread
  std::optional<Estimate> ratio;       // b / a; absent unless both are above 0
  Finding finding = Finding::kNone;
};

struct ComparedFigure {
  const FigureName* figure = nullptr;
  Better better = Better::kNeither;           // as defined, unless these two runs make it neither
  std::vector<ComparedStatistic> statistics;  // never empty; the value or the mean first

  const ComparedStatistic& main() const { return statistics.front(); }
  const ComparedStatistic* Find(std::string_view key) const;
};
using ComparedFigures = std::vector<ComparedFigure>;

// Whether tables show that statistic: of a distribution its mean and three quantiles towards the
// side that users complain of; of facts those that differ; a number that has two keys, once.
bool IsShown(const ComparedFigure& figure, const ComparedStatistic& statistic);

// Every figure that either has.
ComparedFigures CompareFigures(const MeasuredFigures& a, const MeasuredFigures& b);

// Says what is found.  Many figures side by side would differ somewhere by chance: those that
// tables show, of all `families` together, are one family, in which Holm's procedure (Scandinavian
// Journal of Statistics 6, 1979) keeps the chance of any false call at 5 %.  A difference is called
// where it survives that and its own 95 % interval leaves out 0.
void CallDifferences(const std::vector<ComparedFigures*>& families);

}  // namespace specctl
