// Monotone regression.
#pragma once

#include <span>
#include <vector>

namespace specctl {

struct WeighedValue {
  double value = 0;
  double weight = 1;  // above 0, e.g. 1 / variance
};

// The never falling values nearest to `values` in weighed squares: pool adjacent violators (Barlow
// et al., Statistical Inference under Order Restrictions, 1972).  As many as `values`.
std::vector<double> IsotonicFit(std::span<const WeighedValue> values);

}  // namespace specctl
