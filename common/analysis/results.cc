#include "common/analysis/results.h"

#include <algorithm>

namespace specctl {

double TokenBooks::ApartShare() const {
  if (apart == 0) return 0;
  return static_cast<double>(apart) / static_cast<double>(std::max<uint64_t>(by_totals, apart));
}

}  // namespace specctl
