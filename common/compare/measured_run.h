// MeasuredRun: every figure of a run with what is known of its error.
#pragma once

#include <string>
#include <vector>

#include "common/compare/measured_figure.h"
#include "common/compare/run_sample.h"
#include "common/compare/time_blocks.h"
#include "common/figures/catalogue.h"

namespace specctl {

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
  MeasuredFigures figures;            // of the headline, then the run's facts
  std::vector<MeasuredSlice> slices;  // by category, tier, target and prefix

  const Results& results() const { return sample->results; }
};

// `sample` must outlive the result.
MeasuredRun MeasureRun(const RunSample& sample);

}  // namespace specctl
