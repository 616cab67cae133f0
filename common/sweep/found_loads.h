// --bs auto: a sweep finds its loads as it goes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/planning/sweep.h"
#include "common/sweep/load_cliffs.h"

namespace specctl {

struct FindLoads {
  uint32_t bs_max = 1024;                      // the highest that is tried
  std::map<std::string, ServerLimits> limits;  // by target, as far as they are known beforehand
  uint64_t seed = 0;                           // of the order
  bool anchors = true;
};

// The points to measure next, once all that the sweep has are done; empty: it has found its loads.
// First powers of two, block by block, of each curve until it is over-saturated (or up to bs_max).
// Then between the best and the first over-saturated one the load in the middle, and the cliffs
// (load_cliffs.h) up to the latter.
std::vector<SweepPoint> NextLoads(const Sweep& sweep, const FindLoads& options);

// Of all its points, upwards: the grid of sweep.json.
std::vector<LoadLevel> LoadsOf(const Sweep& sweep);

}  // namespace specctl
