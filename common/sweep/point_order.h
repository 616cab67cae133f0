// The order in which the points of a sweep are measured: one that separates drift from effect.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/planning/sweep.h"

namespace specctl {

// In the order of the grid: by dataset, tier, temperature.
std::vector<CurvePlace> PlacesOf(const Sweep& sweep);

PointKey KeyOf(const std::string& target, const LoadLevel& load, const CurvePlace& place);

// Loads upwards in blocks of about `kBlockLoads` each: a curve that is over-saturated ends after a
// block, while within one the order of loads says nothing of time.
inline constexpr size_t kBlockLoads = 4;
std::vector<std::vector<LoadLevel>> BlocksOf(std::vector<LoadLevel> loads);

// The load at which every target is measured again after each block: the middle one of the first
// block.  nullopt where there is nothing to compare with: fewer than two loads.
std::optional<LoadLevel> AnchorLoad(const std::vector<std::vector<LoadLevel>>& blocks);

// A block of loads: the pairs of load and place in random order,
// at each all targets one after another, in random order, too; then an anchor of each target at the
// first place. The anchor's own point comes first where the block has it.  The same arguments give
// the same order; `block` is the number of the block within the sweep.
struct BlockOrder {
  std::span<const LoadLevel> loads;
  std::optional<LoadLevel> anchor;  // nullopt: none
  uint64_t seed = 0, block = 0;
};
std::vector<SweepPoint> PointsOfBlock(const Sweep& sweep, const BlockOrder& order);

// All blocks of the grid's loads.  `anchors`: whether there are any.
std::vector<SweepPoint> PointsOfGrid(const Sweep& sweep, uint64_t seed, bool anchors);

}  // namespace specctl
