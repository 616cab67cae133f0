#include "common/figures/statistic.h"

#include <algorithm>

namespace specctl {
namespace {

constexpr Statistic kStatistics[] = {
    {"mean", &Distribution::mean},
    {"stddev", &Distribution::stddev},
    {"min", &Distribution::min},
    {"max", &Distribution::max},
    {"p1", &Distribution::p1},
    {"p5", &Distribution::p5},
    {"p10", &Distribution::p10},
    {"p25", &Distribution::p25},
    {"p50", &Distribution::p50, &QuantileErrors::p50},
    {"p75", &Distribution::p75},
    {"p90", &Distribution::p90, &QuantileErrors::p90},
    {"p95", &Distribution::p95, &QuantileErrors::p95},
    {"p99", &Distribution::p99, &QuantileErrors::p99},
    {"p999", &Distribution::p999},
};

}  // namespace

std::span<const Statistic> Statistics() { return kStatistics; }

const Statistic* FindStatistic(std::string_view key) {
  const auto* found = std::find_if(std::begin(kStatistics), std::end(kStatistics),
                                   [&](const Statistic& each) { return each.key == key; });
  return found == std::end(kStatistics) ? nullptr : found;
}

std::string StatisticKeys() {
  std::string keys;
  for (const Statistic& each : kStatistics) {
    keys += (keys.empty() ? "" : ", ") + std::string(each.key);
  }
  return keys;
}

}  // namespace specctl
