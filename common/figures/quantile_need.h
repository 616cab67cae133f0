// How many values a quantile needs before anything is said of its error.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace specctl {

// With fewer than kEffectiveBeyond values beyond it (steady_intervals.h) a quantile jumps from one
// value to the next when a stretch of time is left out: "p99" -> 1000, "p999" -> 10000.  nullopt of
// what is no quantile.
std::optional<uint64_t> ValuesNeeded(std::string_view statistic);

}  // namespace specctl
