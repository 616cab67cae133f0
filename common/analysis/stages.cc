#include "common/analysis/stages.h"

#include <algorithm>

namespace specctl {
namespace {

int64_t SecondsUp(int64_t ns) { return (std::max<int64_t>(ns, 0) + kSecondNs - 1) / kSecondNs; }
int64_t SecondsDown(int64_t ns) { return std::max<int64_t>(ns, 0) / kSecondNs; }

std::optional<int64_t> EndOfWork(const LoadSpec& load, const StageFacts& facts) {
  // Without a duration the load lasts as long as there is work.
  if (!load.duration) return facts.work_ended_ns;
  const int64_t deadline_ns = (load.ramp + load.warmup + *load.duration).count();
  return std::min(deadline_ns, facts.work_ended_ns.value_or(deadline_ns));
}

}  // namespace

Stage StageBounds::At(int64_t time_ns) const {
  // Stages are whole seconds, so that no window belongs to two.
  const int64_t second = SecondsDown(time_ns);
  if (second >= drain_s) return Stage::kDrain;
  if (second >= reduced_s) return Stage::kReduced;
  if (second >= hold_s) return Stage::kHold;
  return second >= warmup_s ? Stage::kWarmup : Stage::kRamp;
}

StageBounds FindStages(const LoadSpec& load, const StageFacts& facts) {
  StageBounds bounds;
  // Until every slot of every agent is filled the load is not at bs: no hold before.
  std::optional<int64_t> full_ns = facts.slots_filled_ns;
  if (ExpectationOf(load.shape).full_at_begin) full_ns = 0;
  if (full_ns) {
    const int64_t filled_ns = *full_ns;
    bounds.warmup_s = SecondsUp(std::max(load.ramp.count(), filled_ns));
    bounds.hold_s = SecondsUp(std::max(
        {(load.ramp + load.warmup).count(), filled_ns, facts.hold_not_before_ns.value_or(0)}));
  }
  if (facts.reduced_ns) bounds.reduced_s = SecondsDown(*facts.reduced_ns);
  const std::optional<int64_t> end_ns = EndOfWork(load, facts);
  if (!end_ns) return bounds;
  // The hold's last second is a whole one: what is left of the next is the drain's.
  bounds.drain_s = SecondsDown(*end_ns);
  if (bounds.hold_s < bounds.drain_s) return bounds;
  // No whole second lies between the two: there is no hold.
  bounds.hold_s = StageBounds::kNever;
  bounds.drain_s = SecondsUp(*end_ns);
  return bounds;
}

}  // namespace specctl
