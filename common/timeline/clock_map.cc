#include "common/timeline/clock_map.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace specctl {
namespace {

constexpr uint32_t kBurstProbesMax = 16;
constexpr int64_t kBurstGapNs = 500'000'000;
constexpr double kDriftMax = 500e-6;  // the most that the kernel slews a clock (adjtimex, MAXFREQ)
constexpr double kWander = 1e-6;
constexpr size_t kNeighbours = 8;               // bursts on either side that enter a fit
constexpr int64_t kTimeMax = int64_t{1} << 61;  // 73 years: sums of two do not overflow

bool IsPlausible(const ClockProbed& probe) {
  for (const int64_t time : {probe.controller_send_mono_ns, probe.agent_receive_mono_ns,
                             probe.agent_send_mono_ns, probe.controller_receive_mono_ns}) {
    if (time < 0 || time > kTimeMax) return false;
  }
  const int64_t there = probe.controller_send_mono_ns - probe.controller_receive_mono_ns;
  const int64_t here = probe.agent_receive_mono_ns - probe.agent_send_mono_ns;
  return there >= 0 && here >= there;
}

int64_t RoundedUp(double ns) { return static_cast<int64_t>(std::ceil(ns)); }

}  // namespace

void ClockMap::SetHosts(const ClockHosts& hosts) {
  same_host_ = !hosts.agent_boot_id.empty() && hosts.agent_boot_id == hosts.controller_boot_id;
}

bool ClockMap::JoinsLastBurst(const ClockProbed& probe) const {
  return !bursts_.empty() && last_burst_probes_ < kBurstProbesMax &&
         probe.controller_receive_mono_ns - last_send_ns_ < kBurstGapNs;
}

bool ClockMap::AddProbe(const ClockProbed& probe) {
  if (!IsPlausible(probe)) return false;
  // Each way bounds the offset, since it takes some time: the way to the controller from below, the
  // way back from above.
  const int64_t low = probe.agent_send_mono_ns - probe.controller_receive_mono_ns;
  const int64_t high = probe.agent_receive_mono_ns - probe.controller_send_mono_ns;
  Burst burst;
  burst.agent_ns =
      probe.agent_send_mono_ns + (probe.agent_receive_mono_ns - probe.agent_send_mono_ns) / 2;
  burst.offset_ns = low + (high - low) / 2;
  burst.controller_ns = burst.agent_ns - burst.offset_ns;
  burst.half_delay_ns = (high - low + 1) / 2;
  const bool in_order =
      burst.agent_ns >= last_agent_ns_ && burst.controller_ns >= last_controller_ns_;
  if (!bursts_.empty() && !in_order) return false;
  const bool joins = JoinsLastBurst(probe);
  last_burst_probes_ = joins ? last_burst_probes_ + 1 : 1;
  last_send_ns_ = probe.controller_send_mono_ns;
  last_agent_ns_ = burst.agent_ns;
  last_controller_ns_ = burst.controller_ns;
  if (joins) {
    // The quickest exchange of a burst counts: it has the tightest bound.
    if (burst.half_delay_ns >= bursts_.back().half_delay_ns) return true;
    bursts_.pop_back();
    FitLast();  // without the probe that is replaced
  }
  burst.begins_segment = bursts_.empty() || Contradicts(burst);
  bursts_.push_back(burst);
  FitLast();
  return true;
}

// Says whether a new burst can't lie on the line of the last one.
bool ClockMap::Contradicts(const Burst& burst) const {
  const Offset expected = Extrapolated(bursts_.back(), burst.agent_ns, &Burst::agent_ns);
  return std::abs(burst.offset_ns - expected.offset_ns) > burst.half_delay_ns + expected.bound_ns;
}

// Fits all bursts that have the last one among their neighbours.
void ClockMap::FitLast() {
  const size_t first = bursts_.size() - std::min(bursts_.size(), kNeighbours + 1);
  for (size_t i = first; i < bursts_.size(); ++i) Fit(i);
}

// Fits a line to the neighbours of a burst in its segment, weighted by their bounds.
void ClockMap::Fit(size_t index) {
  size_t first = index, last = index;
  while (first > 0 && index - first < kNeighbours && !bursts_[first].begins_segment) --first;
  while (last + 1 < bursts_.size() && last - index < kNeighbours &&
         !bursts_[last + 1].begins_segment) {
    ++last;
  }
  Burst& burst = bursts_[index];
  double w_sum = 0, wx_sum = 0, wy_sum = 0, wxx_sum = 0, wxy_sum = 0;
  for (size_t i = first; i <= last; ++i) {
    // A microsecond more than it is, so that no single exchange outweighs all others.
    const auto half_delay = static_cast<double>(bursts_[i].half_delay_ns + 1'000);
    const double w = 1 / (half_delay * half_delay);
    const auto x = static_cast<double>(bursts_[i].agent_ns - burst.agent_ns);
    const auto y = static_cast<double>(bursts_[i].offset_ns - burst.offset_ns);
    w_sum += w;
    wx_sum += w * x;
    wy_sum += w * y;
    wxx_sum += w * x * x;
    wxy_sum += w * x * y;
  }
  // The ends' own bounds bound the slope; where that is wider than any drift, it is not used.
  const Burst &left = bursts_[first], &right = bursts_[last];
  const auto span = static_cast<double>(right.agent_ns - left.agent_ns);
  burst.drift = 0;
  burst.drift_bound = kDriftMax;
  if (span > 0) {
    const double slope = (w_sum * wxy_sum - wx_sum * wy_sum) / (w_sum * wxx_sum - wx_sum * wx_sum);
    const double between_ends = static_cast<double>(right.offset_ns - left.offset_ns) / span;
    const double open = static_cast<double>(left.half_delay_ns + right.half_delay_ns) / span +
                        std::abs(slope - between_ends);
    if (open < kDriftMax) {
      burst.drift = slope;
      burst.drift_bound = open;
    }
  }
  const double residual = (wy_sum - burst.drift * wx_sum) / w_sum;
  burst.fitted_ns = burst.offset_ns + std::llround(residual);
  burst.bound_ns = burst.half_delay_ns + RoundedUp(std::abs(residual)) + 1;
}

ClockMap::Offset ClockMap::Extrapolated(const Burst& burst, int64_t mono_ns, Clock clock) {
  const auto distance = static_cast<double>(mono_ns - burst.*clock);
  return {burst.fitted_ns + std::llround(burst.drift * distance),
          burst.bound_ns + RoundedUp((burst.drift_bound + kWander) * std::abs(distance))};
}

ClockMap::Offset ClockMap::OffsetAt(int64_t mono_ns, Clock clock) const {
  const auto after =
      std::upper_bound(bursts_.begin(), bursts_.end(), mono_ns,
                       [&](int64_t time, const Burst& burst) { return time < burst.*clock; });
  if (after == bursts_.begin()) return Extrapolated(*after, mono_ns, clock);
  const auto before = after - 1;
  if (after == bursts_.end()) return Extrapolated(*before, mono_ns, clock);
  // The clock was stepped somewhere in between: either line may apply.
  if (after->begins_segment) {
    const Offset a = Extrapolated(*before, mono_ns, clock);
    const Offset b = Extrapolated(*after, mono_ns, clock);
    const int64_t low = std::min(a.offset_ns - a.bound_ns, b.offset_ns - b.bound_ns);
    const int64_t high = std::max(a.offset_ns + a.bound_ns, b.offset_ns + b.bound_ns);
    return {low + (high - low) / 2, (high - low + 1) / 2};
  }
  const auto since = static_cast<double>(mono_ns - (*before).*clock);
  const auto until = static_cast<double>((*after).*clock - mono_ns);
  const auto change = static_cast<double>(after->fitted_ns - before->fitted_ns);
  return {
      before->fitted_ns + std::llround(change * since / (since + until)),
      std::max(before->bound_ns, after->bound_ns) + RoundedUp(kWander * std::min(since, until))};
}

std::optional<MappedTime> ClockMap::ToController(int64_t agent_mono_ns) const {
  if (same_host_) return MappedTime{agent_mono_ns, 0};
  if (bursts_.empty()) return std::nullopt;
  agent_mono_ns = std::clamp(agent_mono_ns, -kTimeMax, kTimeMax);
  const Offset offset = OffsetAt(agent_mono_ns, &Burst::agent_ns);
  return MappedTime{agent_mono_ns - offset.offset_ns, offset.bound_ns};
}

std::optional<MappedTime> ClockMap::ToAgent(int64_t controller_mono_ns) const {
  if (same_host_) return MappedTime{controller_mono_ns, 0};
  if (bursts_.empty()) return std::nullopt;
  controller_mono_ns = std::clamp(controller_mono_ns, -kTimeMax, kTimeMax);
  const Offset offset = OffsetAt(controller_mono_ns, &Burst::controller_ns);
  return MappedTime{controller_mono_ns + offset.offset_ns, offset.bound_ns};
}

}  // namespace specctl
