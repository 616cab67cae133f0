// PaceSchedule: when each chunk of a stream of fixed pace is due.
#pragma once

#include <cstdint>

#include "common/base/clock.h"

namespace specctl::sim {

enum class PacePhase { kSpread, kTogether };

// Chunks are due on a grid of one period, 1 / chunks_per_s, that all streams share; a stream's
// phase says where in the period its own points lie.  Times are absolute, so nothing adds up. Pure.
class PaceSchedule {
 public:
  struct Options {
    double chunks_per_s = 20;  // > 0
    PacePhase phase = PacePhase::kSpread;
    Nanos first{20'000'000};  // from the request read to the first chunk, at least
  };
  PaceSchedule(const Options& options, MonoTime origin);

  // Number of the first point of the grid at or after `read` + first, for the stream in `slot`.
  int64_t FirstPoint(uint32_t slot, MonoTime read) const;
  // Time of point `point` of the stream in `slot`.
  MonoTime Due(uint32_t slot, int64_t point) const;

 private:
  // Streams in the slots 0..n-1 lie evenly over the period, for any n (van der Corput's sequence).
  double PhaseNs(uint32_t slot) const;

  Options options_;
  MonoTime origin_;
  double period_ns_;
};

}  // namespace specctl::sim
