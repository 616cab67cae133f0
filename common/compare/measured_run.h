// MeasuredRun: every figure of a run with what is known of its error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/compare/run_sample.h"
#include "common/compare/time_blocks.h"
#include "common/figures/catalogue.h"
#include "common/stats/spread.h"

namespace specctl {

// One number of a figure: its value, or a statistic of its distribution.
struct MeasuredStatistic {
  std::string_view key;  // "value", "mean", "p99", ...
  Measured measured;
};

struct MeasuredFigure {
  const FigureDefinition* figure = nullptr;
  std::vector<MeasuredStatistic> statistics;  // never empty; the value or the mean first

  const MeasuredStatistic* Find(std::string_view key) const;
};
using MeasuredFigures = std::vector<MeasuredFigure>;  // in the catalogue's order
const MeasuredFigure* FindMeasured(const MeasuredFigures& figures, std::string_view key);

// A run's figures once more over parts of its time (time_blocks.h).
struct PartsOfRun {
  std::vector<FigureSet> without_each;
  std::vector<HalfOfBlocks> halves;
};

// The figures of `set` that are numbers.  Those without each stretch of time give the spread of
// estimates, means and quantiles, of the last at least that of the halves; acceptance, which these
// lack, has the spread of its own interval.  A quantile has none where fewer than 10 values lie
// beyond it, an extreme never.
MeasuredFigures MeasureFigures(const FigureSet& set, const PartsOfRun& parts);

struct MeasuredSlice {
  Dimension by = Dimension::kCategory;
  std::string key;
  MeasuredFigures figures;
};

struct MeasuredRun {
  const RunSample* sample = nullptr;
  MeasuredFigures figures;
  std::vector<MeasuredSlice> slices;  // by category, tier, target and prefix

  const Results& results() const { return sample->results; }
};

// `sample` must outlive the result.
MeasuredRun MeasureRun(const RunSample& sample);

}  // namespace specctl
