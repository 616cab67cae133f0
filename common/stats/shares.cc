#include "common/stats/shares.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace specctl {

Interval WilsonInterval(uint64_t part, uint64_t whole, double z) {
  assert(whole > 0 && part <= whole);
  const auto n = static_cast<double>(whole);
  const double share = static_cast<double>(part) / n;
  const double denominator = 1 + z * z / n;
  // Wilson's: unlike the normal interval it is not empty at 0 and 1, and stays within them.
  const double centre = (share + z * z / (2 * n)) / denominator;
  const double half = z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / denominator;
  // Rounding must not carry an end past the share itself.
  return {share, std::clamp(centre - half, 0.0, share), std::clamp(centre + half, share, 1.0)};
}

}  // namespace specctl
