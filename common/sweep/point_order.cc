#include "common/sweep/point_order.h"

#include <algorithm>
#include <utility>

#include "common/base/counter_random.h"

namespace specctl {
namespace {

// Streams of a sweep's seed, two for each block.
enum class OrderStream : uint64_t { kCells, kTargets, kEnd };

CounterRandom RandomOf(const BlockOrder& order, OrderStream stream) {
  return {order.seed,
          order.block * static_cast<uint64_t>(OrderStream::kEnd) + static_cast<uint64_t>(stream)};
}

template <class Value>
void Shuffle(std::span<Value> values, CounterRandom& random) {
  for (size_t left = values.size(); left > 1; --left) {
    std::swap(values[left - 1], values[random.Below(left)]);
  }
}

// Where all targets are measured one after another.
struct Cell {
  LoadLevel load;
  const CurvePlace* place = nullptr;
};

}  // namespace

std::vector<CurvePlace> PlacesOf(const Sweep& sweep) {
  const std::vector<std::string> whole = {""};
  const auto& tiers = sweep.grid.tiers.empty() ? whole : sweep.grid.tiers;
  std::vector<std::optional<double>> temperatures(sweep.grid.temperatures.begin(),
                                                  sweep.grid.temperatures.end());
  if (temperatures.empty()) temperatures.emplace_back();
  std::vector<CurvePlace> places;
  for (const SweepDataset& dataset : sweep.datasets) {
    for (const std::string& tier : tiers) {
      for (const std::optional<double>& temperature : temperatures) {
        places.push_back({.dataset = dataset.name, .tier = tier, .temperature = temperature});
      }
    }
  }
  return places;
}

PointKey KeyOf(const std::string& target, const LoadLevel& load, const CurvePlace& place) {
  return {.target = target,
          .load = load,
          .dataset = place.dataset,
          .tier = place.tier,
          .temperature = place.temperature};
}

std::vector<std::vector<LoadLevel>> BlocksOf(std::vector<LoadLevel> loads) {
  std::sort(loads.begin(), loads.end());
  const size_t count = (loads.size() + kBlockLoads - 1) / kBlockLoads;
  std::vector<std::vector<LoadLevel>> blocks;
  for (size_t i = 0; i < count; ++i) {
    // Of sizes that differ by one at most: a last block of a single load would have no order.
    const auto begin = static_cast<std::ptrdiff_t>(i * loads.size() / count);
    const auto end = static_cast<std::ptrdiff_t>((i + 1) * loads.size() / count);
    blocks.emplace_back(loads.begin() + begin, loads.begin() + end);
  }
  return blocks;
}

std::optional<LoadLevel> AnchorLoad(const std::vector<std::vector<LoadLevel>>& blocks) {
  if (blocks.empty() || (blocks.size() == 1 && blocks.front().size() < 2)) return std::nullopt;
  return blocks.front()[(blocks.front().size() - 1) / 2];
}

std::vector<SweepPoint> PointsOfBlock(const Sweep& sweep, const BlockOrder& order) {
  const std::vector<CurvePlace> places = PlacesOf(sweep);
  std::vector<Cell> cells;
  for (const CurvePlace& place : places) {
    for (const LoadLevel& load : order.loads) cells.push_back({.load = load, .place = &place});
  }
  CounterRandom of_cells = RandomOf(order, OrderStream::kCells);
  Shuffle(std::span(cells), of_cells);
  // First, so that what comes between it and its repeats is all of the sweep.
  std::stable_partition(cells.begin(), cells.end(), [&](const Cell& cell) {
    return order.anchor == cell.load && cell.place == &places.front();
  });
  std::vector<SweepPoint> points;
  CounterRandom of_targets = RandomOf(order, OrderStream::kTargets);
  const auto add_cell = [&](const Cell& cell, PointRole role) {
    std::vector<const SweepTarget*> targets;
    for (const SweepTarget& target : sweep.targets) targets.push_back(&target);
    Shuffle(std::span(targets), of_targets);
    for (const SweepTarget* target : targets) {
      points.push_back({.key = KeyOf(target->name, cell.load, *cell.place), .role = role});
    }
  };
  for (const Cell& cell : cells) add_cell(cell, PointRole::kGrid);
  if (order.anchor && !places.empty()) {
    add_cell({.load = *order.anchor, .place = &places.front()}, PointRole::kAnchor);
  }
  return points;
}

std::vector<SweepPoint> PointsOfGrid(const Sweep& sweep, uint64_t seed, bool anchors) {
  const auto blocks = BlocksOf(sweep.grid.loads);
  std::vector<SweepPoint> points;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const auto block = PointsOfBlock(sweep, {.loads = blocks[i],
                                             .anchor = anchors ? AnchorLoad(blocks) : std::nullopt,
                                             .seed = seed,
                                             .block = i});
    points.insert(points.end(), block.begin(), block.end());
  }
  return points;
}

}  // namespace specctl
