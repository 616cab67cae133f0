#include "common/sweep/curve_end.h"

#include <algorithm>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/planning/curve.h"
#include "common/sweep/sweep_labels.h"
#include "common/sweep/time_budget.h"

namespace specctl {
namespace {

constexpr double kLeastRise = 1.02, kDoubtfulRise = 1.05;
constexpr double kQueuedTtft = 1.5;  // times as long

// Its figures end nothing; a queue that grew does, and so do arrivals that found no slot.
bool IsUntrusted(const PooledPoint& point) {
  if (point.measured.verdict != VerdictState::kInvalid) return false;
  const Measured* const shed = point.Find("shed", "value");
  return !point.measured.HasLabel(kUnstableLabel) && !(shed != nullptr && shed->value > 0);
}

// By load, upwards.
std::vector<const PooledPoint*> DoneOfCurve(std::span<const PooledPoint> pooled,
                                            const PointKey& key) {
  std::vector<const PooledPoint*> points;
  for (const PooledPoint& point : pooled) {
    if (point.done() && !IsUntrusted(point) && CurveKeyOf(point.key) == CurveKeyOf(key))
      points.push_back(&point);
  }
  std::sort(points.begin(), points.end(),
            [](const PooledPoint* a, const PooledPoint* b) { return a->key.load < b->key.load; });
  return points;
}

double ValueIn(const PooledPoint& point, std::string_view figure, std::string_view statistic) {
  const Measured* const found = point.Find(figure, statistic);
  return found == nullptr ? 0 : found->value;
}

bool Rises(const Measured& from, const Measured& to) {
  if (!(from.value > 0)) return true;
  const double rise = to.value / from.value;
  if (rise < kLeastRise) return false;
  if (rise >= kDoubtfulRise) return true;
  const auto ratio = RatioOf(from, to, kZ975);
  return !ratio || !ratio->interval || ratio->interval->low > 1;
}

// In words; empty: they don't, or nobody knows.
std::string HowRequestsQueue(const PooledPoint& before, const PooledPoint& at) {
  if (at.measured.HasLabel(kUnstableLabel)) return "the queue grows";
  if (at.measured.HasLabel("queued")) return "requests queue";
  if (at.Find("servers_waiting", "mean") != nullptr) return "";
  const double ttft_before = ValueIn(before, "ttft_ms", "p50");
  const double ttft = ValueIn(at, "ttft_ms", "p50");
  if (!(ttft_before > 0) || ttft < kQueuedTtft * ttft_before) return "";
  return absl::StrFormat("TTFT p50 grows from %.0f to %.0f ms", ttft_before, ttft);
}

std::optional<CurveEnd> EndOfClosedLoops(const std::vector<const PooledPoint*>& points) {
  const PooledPoint* best = nullptr;
  for (const PooledPoint* at : points) {
    const Measured* const tps = at->Find("output_tps", "value");
    if (tps == nullptr) continue;
    const Measured* const most = best == nullptr ? nullptr : best->Find("output_tps", "value");
    if (most == nullptr || Rises(*most, *tps)) {
      best = at;
      continue;
    }
    const std::string queue = HowRequestsQueue(*best, *at);
    if (queue.empty()) continue;
    return CurveEnd{
        .load = at->key.load,
        .reason = absl::StrFormat(
            "beyond %s output TPS does not rise (%.0f, and %.0f at %s), and %s",
            LoadText(best->key.load), most->value, tps->value, LoadText(at->key.load), queue)};
  }
  return std::nullopt;
}

std::optional<CurveEnd> EndOfOpenLoops(const std::vector<const PooledPoint*>& points) {
  for (const PooledPoint* at : points) {
    const double shed = ValueIn(*at, "shed", "value");
    const bool unstable = at->measured.HasLabel(kUnstableLabel);
    if (!unstable && !(shed > 0)) continue;
    return CurveEnd{
        .load = at->key.load,
        .reason = absl::StrFormat("at %s %s", LoadText(at->key.load),
                                  unstable ? std::string("more and more requests are in flight")
                                           : absl::StrFormat("%.0f arrivals found no slot", shed))};
  }
  return std::nullopt;
}

}  // namespace

std::optional<CurveEnd> FindCurveEnd(std::span<const PooledPoint> pooled, const PointKey& key) {
  const auto points = DoneOfCurve(pooled, key);
  return key.load.kind == LoadKind::kRate ? EndOfOpenLoops(points) : EndOfClosedLoops(points);
}

void EndCurves(Sweep& sweep) {
  const std::vector<PooledPoint> pooled = PoolPoints(sweep);
  for (SweepPoint& point : sweep.points) {
    if (point.state == PointState::kFailed) continue;
    const auto end = FindCurveEnd(pooled, point.key);
    const bool beyond = end && point.key.load > end->load;
    if (point.state == PointState::kDone) {
      if (end && point.key.load >= end->load) {
        AddLabel(kSaturatedLabel, point.measured);
      } else {
        RemoveLabel(kSaturatedLabel, point.measured);
      }
    } else if (beyond && !IsBudgetSpent(point.reason)) {
      point.state = PointState::kSkipped;
      point.reason = end->reason;
    } else if (point.state == PointState::kSkipped && !IsBudgetSpent(point.reason)) {
      // A lower point that was measured again has moved the end.
      point.state = PointState::kPlanned;
      point.reason.clear();
    }
  }
}

}  // namespace specctl
