// MeasuredFigure: a figure of a run with what is known of its error.
#pragma once

#include <string_view>
#include <vector>

#include "common/figures/figure_definition.h"
#include "common/stats/spread.h"

namespace specctl {

// One number of a figure: its value, or a statistic of its distribution.
struct MeasuredStatistic {
  std::string_view key;  // "value", "mean", "p99", ...
  Measured measured;
};

struct MeasuredFigure {
  const FigureName* figure = nullptr;         // of the catalogue, or of RunFacts()
  std::vector<MeasuredStatistic> statistics;  // never empty; the value or the mean first

  const MeasuredStatistic* Find(std::string_view key) const;
};
using MeasuredFigures = std::vector<MeasuredFigure>;  // in the order of the definitions
const MeasuredFigure* FindMeasured(const MeasuredFigures& figures, std::string_view key);

}  // namespace specctl
