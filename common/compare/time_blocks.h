// TimeBlocks: a hold as consecutive stretches of equal length; what chance does to a run's figures
// is seen in how these differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/compare/run_sample.h"
#include "common/figures/figure_set.h"

namespace specctl {

struct TimeBlocks {
  int64_t start_s = 0;  // since T0
  int64_t block_s = 1;
  size_t count = 0;  // 0: there is no hold

  // The block of that second; what lies before the first or behind the last belongs to these.
  size_t At(int64_t second) const;
};

// At most 20, of 2 s or more where the hold has 10 s, and of whole cells of the step latencies.
TimeBlocks BlocksOf(const RunSample& sample);

// The headline's throughput, latencies and lengths once more with each block left out, in time
// order; without acceptance, whose interval is by question.  Empty where there is no hold.
std::vector<FigureSet> WithoutEachBlock(const RunSample& sample);

// The same for the requests of one slice: latencies, without those of steps, and lengths.
std::vector<FigureSet> WithoutEachBlock(const RunSample& sample, const SliceName& slice);

// The hold's distributions once more over one half of its blocks.
struct HalfOfBlocks {
  FigureSet figures;  // latencies and lengths
  double kept = 0;    // share of the blocks, about 0.5
};

// Several halves.  Leaving out one block hardly moves a quantile, and not at all where it lies at
// a gap between two kinds of requests (prompts found in the cache and others); a half may fall on
// the gap's other side.  Empty where there is no hold.
std::vector<HalfOfBlocks> HalvesOfBlocks(const RunSample& sample);
std::vector<HalfOfBlocks> HalvesOfBlocks(const RunSample& sample, const SliceName& slice);

}  // namespace specctl
