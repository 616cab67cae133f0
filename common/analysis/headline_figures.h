// The headline: throughput and latencies of the hold, or of the whole run; and of slices.
#pragma once

#include "common/analysis/result_sources.h"
#include "common/analysis/results.h"
#include "common/analysis/slice_table.h"

namespace specctl {

// Throughput and latencies of all requests.  Needs the hold and the tokens.
void SetWholeRun(const ResultSources& sources, Results& results);
// Needs the hold or, where there is none, the whole run's.
void SetHeadline(const ResultSources& sources, Results& results);

// Of the requests of one slice, which is of a stage (all that began in it, to their ends) or of the
// headline.
struct SliceInput {
  const RequestSet* requests = nullptr;
  const SliceSums* sums = nullptr;
  bool by_stage = false;
};
SliceFigures DescribeSlice(const ResultSources& sources, const SliceInput& input);

}  // namespace specctl
