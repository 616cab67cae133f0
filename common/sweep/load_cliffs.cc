#include "common/sweep/load_cliffs.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "common/planning/curve.h"
#include "common/planning/pooled_points.h"
#include "common/sweep/sweep_labels.h"

namespace specctl {
namespace {

constexpr double kLongerStep = 1.05, kFallenTps = 0.97, kLongerTtft = 1.5;

// Within [low, high] of the ratio `after` / `before`; nullopt where either is unknown.
std::optional<RatioEstimate> RatioIn(const PooledPoint& before, const PooledPoint& after,
                                     std::string_view figure, std::string_view statistic) {
  const Measured* const a = before.Find(figure, statistic);
  const Measured* const b = after.Find(figure, statistic);
  if (a == nullptr || b == nullptr) return std::nullopt;
  auto ratio = RatioOf(*a, *b, kZ975);
  // Without an interval nobody knows whether it is noise.
  return ratio && ratio->interval ? ratio : std::nullopt;
}

bool GrowsTo(const std::optional<RatioEstimate>& ratio, double least) {
  return ratio && ratio->value >= least && ratio->interval->low > 1;
}

bool IsCliff(const PooledPoint& before, const PooledPoint& after) {
  if (GrowsTo(RatioIn(before, after, "step_latency_ms", "mean"), kLongerStep)) return true;
  if (GrowsTo(RatioIn(before, after, "ttft_ms", "p50"), kLongerTtft)) return true;
  const auto tps = RatioIn(before, after, "output_tps", "value");
  return tps && tps->value <= kFallenTps && tps->interval->high < 1;
}

// Whether one request more makes the next point out of this.
bool IsNextLoad(const PointKey& before, const PointKey& after) {
  return before.load.kind == LoadKind::kConcurrency && CurveKeyOf(before) == CurveKeyOf(after) &&
         after.load.level == before.load.level + 1;
}

void InsertWithNext(uint32_t load, uint32_t bs_max, std::set<uint32_t>& loads) {
  for (const uint32_t each : {load, load + 1}) {
    if (each >= 1 && each <= bs_max) loads.insert(each);
  }
}

}  // namespace

std::vector<uint32_t> CliffLoads(const ServerLimits& limits, std::span<const uint32_t> loads,
                                 uint32_t bs_max) {
  std::set<uint32_t> found;
  if (limits.requests_max) {
    // The one before tells whether the step to it is a cliff, too.
    if (*limits.requests_max > 1) InsertWithNext(*limits.requests_max - 1, bs_max, found);
    InsertWithNext(*limits.requests_max, bs_max, found);
  }
  if (limits.graph_sizes.empty()) return {found.begin(), found.end()};
  const uint32_t tokens = 1 + limits.draft_length;
  // Of a graph smaller than one request's step nothing can be seen.
  if (limits.graph_sizes.back() >= tokens) {
    InsertWithNext(limits.graph_sizes.back() / tokens, bs_max, found);
  }
  std::set<uint32_t, std::greater<>> below;
  for (const uint32_t load : loads) {
    const auto above = std::lower_bound(limits.graph_sizes.begin(), limits.graph_sizes.end(),
                                        static_cast<uint64_t>(load) * tokens);
    if (above == limits.graph_sizes.begin() || above == limits.graph_sizes.end()) continue;
    if (const uint32_t fits = *(above - 1) / tokens; fits >= 1) below.insert(fits);
  }
  size_t taken = 0;
  for (const uint32_t load : below) {
    if (taken++ == kGraphCliffsMax) break;
    InsertWithNext(load, bs_max, found);
  }
  return {found.begin(), found.end()};
}

std::optional<uint32_t> RequestsMaxSeen(const Sweep& sweep, const std::string& target) {
  std::optional<uint32_t> most;
  for (const SweepPoint& point : sweep.points) {
    if (point.state != PointState::kDone || point.key.target != target) continue;
    if (!point.measured.HasLabel("queued")) continue;
    const Measured* const running = FindMeasured(point.measured.figures, "servers_running", "max");
    if (running == nullptr || !(running->value >= 1)) continue;
    most = std::max(most.value_or(0), static_cast<uint32_t>(std::lround(running->value)));
  }
  return most;
}

void LabelCliffs(Sweep& sweep) {
  const std::vector<PooledPoint> pooled = PoolPoints(sweep);
  std::vector<PointKey> cliffs;
  // Neighbours in load stand beside each other.
  for (size_t i = 1; i < pooled.size(); ++i) {
    const PooledPoint &before = pooled[i - 1], &after = pooled[i];
    if (!before.done() || !after.done() || !IsNextLoad(before.key, after.key)) continue;
    if (IsCliff(before, after)) cliffs.push_back(before.key);
  }
  for (SweepPoint& point : sweep.points) {
    if (point.state != PointState::kDone) continue;
    if (std::find(cliffs.begin(), cliffs.end(), point.key) != cliffs.end()) {
      AddLabel(kCliffLabel, point.measured);
    } else {
      RemoveLabel(kCliffLabel, point.measured);
    }
  }
}

}  // namespace specctl
