#include "tools/sim/pace_schedule.h"

#include <cmath>

namespace specctl::sim {
namespace {

// Streams of one phase share a wake-up: with a phase of its own for each there would be thousands.
constexpr double kPhaseGridNs = 200e3;

}  // namespace

PaceSchedule::PaceSchedule(const Options& options, MonoTime origin)
    : options_(options), origin_(origin), period_ns_(1e9 / options.chunks_per_s) {}

int64_t PaceSchedule::FirstPoint(uint32_t slot, MonoTime read) const {
  const Nanos earliest = read + options_.first - origin_;
  const double periods = (static_cast<double>(earliest.count()) - PhaseNs(slot)) / period_ns_;
  auto point = static_cast<int64_t>(std::ceil(periods));
  if (Due(slot, point) < read + options_.first) ++point;  // rounding
  return point;
}

MonoTime PaceSchedule::Due(uint32_t slot, int64_t point) const {
  const double offset_ns = static_cast<double>(point) * period_ns_ + PhaseNs(slot);
  // From the origin each time: rounding doesn't add up over hours.
  return origin_ + Nanos(static_cast<int64_t>(std::llround(offset_ns)));
}

double PaceSchedule::PhaseNs(uint32_t slot) const {
  if (options_.phase == PacePhase::kTogether) return 0;
  double phase = 0;
  // Bits reversed (van der Corput): any first n slots are spread evenly.
  for (double digit = 0.5; slot > 0; slot >>= 1, digit /= 2) {
    if ((slot & 1) != 0) phase += digit;
  }
  return std::floor(phase * period_ns_ / kPhaseGridNs) * kPhaseGridNs;
}

}  // namespace specctl::sim
