#include "common/speculation/acceptance.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace specctl {
namespace {

// [k]: number of steps of more than k tokens, N(L > k).
std::vector<uint64_t> Survivors(const StepHistogram& histogram) {
  std::vector<uint64_t> survivors(histogram.lengths);
  std::partial_sum(survivors.rbegin(), survivors.rend(), survivors.rbegin());
  return survivors;
}

double Share(uint64_t part, uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void StepHistogram::Add(uint64_t tokens, uint64_t steps) {
  assert(tokens >= 1);
  if (steps == 0) return;
  if (tokens > kTokensMax) {
    oversized += steps;
    return;
  }
  if (lengths.size() < tokens) lengths.resize(tokens);
  lengths[tokens - 1] += steps;
}

void StepHistogram::Merge(const StepHistogram& other) {
  if (lengths.size() < other.lengths.size()) lengths.resize(other.lengths.size());
  for (size_t k = 0; k < other.lengths.size(); ++k) lengths[k] += other.lengths[k];
  oversized += other.oversized;
}

uint64_t StepHistogram::steps() const {
  return std::accumulate(lengths.begin(), lengths.end(), uint64_t{0});
}

uint64_t StepHistogram::tokens() const {
  uint64_t tokens = 0;
  for (size_t k = 0; k < lengths.size(); ++k) tokens += lengths[k] * (k + 1);
  return tokens;
}

std::optional<double> MeanLength(const StepHistogram& histogram) {
  const uint64_t steps = histogram.steps();
  if (steps == 0) return std::nullopt;
  return Share(histogram.tokens(), steps);
}

std::vector<double> ConditionalRates(const StepHistogram& histogram) {
  const std::vector<uint64_t> survivors = Survivors(histogram);
  std::vector<double> rates;
  for (size_t k = 1; k < survivors.size() && survivors[k - 1] > 0; ++k) {
    rates.push_back(Share(survivors[k], survivors[k - 1]));
  }
  return rates;
}

std::vector<double> JointRates(const StepHistogram& histogram) {
  const std::vector<uint64_t> survivors = Survivors(histogram);
  std::vector<double> rates;
  for (size_t k = 1; k < survivors.size() && survivors[0] > 0; ++k) {
    rates.push_back(Share(survivors[k], survivors[0]));
  }
  return rates;
}

double AcceptanceLengthOf(std::span<const double> conditional_rates) {
  double length = 1, joint = 1;
  for (const double rate : conditional_rates) {
    joint *= rate;
    length += joint;
  }
  return length;
}

std::optional<double> Speedup(const SpeedupInput& input) {
  if (!(input.t_sd > 0)) return std::nullopt;
  return input.t_ar * input.acceptance_length / input.t_sd;
}

}  // namespace specctl
