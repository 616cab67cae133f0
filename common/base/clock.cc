#include "common/base/clock.h"

namespace specctl {

ClockPair ReadClockPair() {
  constexpr int kAttemptsMax = 8;
  constexpr Nanos kTight = std::chrono::microseconds(1);
  ClockPair best{MonoTime{}, UnixTime{}, Nanos::max()};
  for (int attempt = 0; attempt < kAttemptsMax && best.uncertainty > kTight / 2; ++attempt) {
    const MonoTime before = MonoNow();
    const UnixTime real = UnixNow();
    const MonoTime after = MonoNow();
    const Nanos half = (after - before) / 2;
    if (half < best.uncertainty) best = {before + half, real, half};
  }
  return best;
}

}  // namespace specctl
