// Shares of a number of things, and their intervals.
#pragma once

#include <cstdint>

#include "common/stats/intervals.h"

namespace specctl {

// Wilson's interval of `part` of `whole` > 0 independent things, to the normal distribution's point
// `z`; within 0..1, and of some width even where all or none are part (Wilson, JASA 22, 1927).
Interval WilsonInterval(uint64_t part, uint64_t whole, double z);

}  // namespace specctl
