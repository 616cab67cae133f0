#include "common/figures/statistic.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <absl/status/status.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_format.h>

#include "common/base/edit_distance.h"

namespace specctl {
namespace {

constexpr Statistic kStatistics[] = {
    {"mean", &Distribution::mean, nullptr, &DistributionIntervals::mean},
    {"stddev", &Distribution::stddev},
    {"min", &Distribution::min},
    {"max", &Distribution::max},
    {"p1", &Distribution::p1, nullptr, &DistributionIntervals::p1},
    {"p5", &Distribution::p5, nullptr, &DistributionIntervals::p5},
    {"p10", &Distribution::p10, nullptr, &DistributionIntervals::p10},
    {"p25", &Distribution::p25, nullptr, &DistributionIntervals::p25},
    {"p50", &Distribution::p50, &QuantileErrors::p50, &DistributionIntervals::p50},
    {"p75", &Distribution::p75, nullptr, &DistributionIntervals::p75},
    {"p90", &Distribution::p90, &QuantileErrors::p90, &DistributionIntervals::p90},
    {"p95", &Distribution::p95, &QuantileErrors::p95, &DistributionIntervals::p95},
    {"p99", &Distribution::p99, &QuantileErrors::p99, &DistributionIntervals::p99},
    {"p999", &Distribution::p999, nullptr, &DistributionIntervals::p999},
};

constexpr size_t kWordMax = 32;  // of a word that is compared or shown

std::string AllKeys() {
  std::string keys;
  for (const Statistic& each : kStatistics) {
    keys += (keys.empty() ? "" : ", ") + std::string(each.key);
  }
  return keys;
}

// "p99" -> 99, "p999" -> 99.9; -1: no quantile.
double PercentOf(std::string_view key) {
  uint32_t digits = 0;
  if (!key.starts_with('p') || !absl::SimpleAtoi(std::string(key.substr(1)), &digits)) return -1;
  double percent = digits;
  for (size_t places = key.size() - 1; places > 2; --places) percent /= 10;
  return percent;
}

// Of a quantile the one that is nearest, of another word the one that is spelt most like it; empty
// where none is near.
std::string_view NearestStatistic(std::string_view typed) {
  const double percent = PercentOf(typed);
  std::vector<std::string_view> words;
  std::string_view nearest;
  double least = 100;
  for (const Statistic& each : kStatistics) {
    const double its_percent = PercentOf(each.key);
    if (its_percent < 0) {
      words.push_back(each.key);
    } else if (std::abs(percent - its_percent) < least) {
      least = std::abs(percent - its_percent);
      nearest = each.key;
    }
  }
  return percent < 0 ? NearestName(typed, words) : nearest;
}

absl::Status NotOne(std::string_view word) {
  const std::string_view typed = word.substr(0, kWordMax);
  const std::string_view nearest = NearestStatistic(word);
  const std::string hint =
      nearest.empty() ? "" : absl::StrFormat("; did you mean %s?", std::string(nearest));
  return absl::InvalidArgumentError(
      absl::StrFormat("need a list of %s; got \"%s\"%s", AllKeys(), std::string(typed), hint));
}

}  // namespace

std::span<const Statistic> Statistics() { return kStatistics; }

const Statistic* FindStatistic(std::string_view key) {
  const auto* found = std::find_if(std::begin(kStatistics), std::end(kStatistics),
                                   [&](const Statistic& each) { return each.key == key; });
  return found == std::end(kStatistics) ? nullptr : found;
}

absl::StatusOr<std::vector<const Statistic*>> ParseStatistics(std::string_view list) {
  std::vector<const Statistic*> parsed;
  while (true) {
    const size_t end = std::min(list.find(','), list.size());
    const std::string_view word = list.substr(0, end);
    const Statistic* statistic = FindStatistic(word);
    if (statistic == nullptr) return NotOne(word);
    parsed.push_back(statistic);
    if (end == list.size()) return parsed;
    list.remove_prefix(end + 1);
  }
}

}  // namespace specctl
