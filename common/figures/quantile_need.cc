#include "common/figures/quantile_need.h"

#include <algorithm>
#include <charconv>

#include "common/stats/steady_intervals.h"

namespace specctl {

std::optional<uint64_t> ValuesNeeded(std::string_view statistic) {
  if (!statistic.starts_with('p')) return std::nullopt;
  uint64_t digits = 0;
  std::from_chars(statistic.data() + 1, statistic.data() + statistic.size(), digits);
  // Three digits are per mille: p999; one or two are per cent: p5, p99.
  const uint64_t whole = statistic.size() > 3 ? 1000 : 100;
  if (digits == 0 || digits >= whole) return std::nullopt;
  const uint64_t beyond = std::min(digits, whole - digits);
  constexpr auto kBeyond = static_cast<uint64_t>(kEffectiveBeyond);
  return (kBeyond * whole + beyond - 1) / beyond;
}

}  // namespace specctl
