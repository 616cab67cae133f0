#include "common/base/clock.h"

namespace specctl {

ClockPair ReadClockPair() {
  constexpr int kAttemptsMax = 8;
  constexpr Nanos kTight = std::chrono::microseconds(1);
  ClockPair best{MonoTime{}, UnixTime{}, Nanos::max()};
  // Preempted between two readings, a pair is loose; another attempt is cheap.
  for (int attempt = 0; attempt < kAttemptsMax && best.uncertainty > kTight / 2; ++attempt) {
    // The wall clock's reading lies between the two, so its error is at most half their distance.
    const MonoTime before = MonoNow();
    const UnixTime real = UnixNow();
    const MonoTime after = MonoNow();
    const Nanos half = (after - before) / 2;
    if (half < best.uncertainty) best = {before + half, real, half};
  }
  return best;
}

}  // namespace specctl
