#include "common/speculation/acceptance.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace specctl {
namespace {

// [k]: sum of the counts from k on; of steps by tokens - 1, the number of more than k tokens.
std::vector<uint64_t> Survivors(const std::vector<uint64_t>& counts) {
  std::vector<uint64_t> survivors(counts);
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

void StepHistogram::Remove(const StepHistogram& other) {
  assert(other.lengths.size() <= lengths.size() && other.oversized <= oversized);
  for (size_t k = 0; k < other.lengths.size(); ++k) lengths[k] -= other.lengths[k];
  oversized -= other.oversized;
}

uint64_t StepHistogram::steps() const {
  return std::accumulate(lengths.begin(), lengths.end(), uint64_t{0});
}

uint64_t StepHistogram::tokens() const {
  uint64_t tokens = 0;
  for (size_t k = 0; k < lengths.size(); ++k) tokens += lengths[k] * (k + 1);
  return tokens;
}

void StepLengths::Merge(const StepLengths& other) {
  whole.Merge(other.whole);
  cut.Merge(other.cut);
}

void StepLengths::Remove(const StepLengths& other) {
  whole.Remove(other.whole);
  cut.Remove(other.cut);
}

std::vector<double> ConditionalRates(const StepLengths& steps) {
  const std::vector<uint64_t> whole = Survivors(steps.whole.lengths),
                              cut = Survivors(steps.cut.lengths);
  const auto beyond = [](const std::vector<uint64_t>& survivors, size_t k) {
    return k < survivors.size() ? survivors[k] : 0;
  };
  std::vector<double> rates;
  for (size_t k = 1; k < std::max(whole.size(), cut.size()); ++k) {
    const uint64_t passed = beyond(cut, k);
    const uint64_t at_risk = beyond(whole, k - 1) + passed;
    if (at_risk == 0) break;
    rates.push_back(Share(beyond(whole, k) + passed, at_risk));
  }
  return rates;
}

bool IsLowerBound(const StepLengths& steps) {
  const auto longest = [](const StepHistogram& histogram) {
    size_t tokens = histogram.lengths.size();
    while (tokens > 0 && histogram.lengths[tokens - 1] == 0) --tokens;
    return tokens;
  };
  return longest(steps.cut) > longest(steps.whole);
}

void DraftOutcomes::Merge(const DraftOutcomes& other) {
  const auto add = [](const std::vector<uint64_t>& from, std::vector<uint64_t>& to) {
    if (to.size() < from.size()) to.resize(from.size());
    for (size_t a = 0; a < from.size(); ++a) to[a] += from[a];
  };
  add(other.accepted, accepted);
  add(other.spent, spent);
}

std::vector<double> ConditionalRates(const DraftOutcomes& drafts) {
  const std::vector<uint64_t> at_least = Survivors(drafts.accepted);
  std::vector<double> rates;
  for (size_t j = 1; j <= at_least.size(); ++j) {
    const uint64_t spent = j <= drafts.spent.size() ? drafts.spent[j - 1] : 0;
    if (at_least[j - 1] <= spent) break;
    const uint64_t passed = j < at_least.size() ? at_least[j] : 0;
    rates.push_back(Share(passed, at_least[j - 1] - spent));
  }
  return rates;
}

std::vector<double> JointRates(const DraftOutcomes& drafts) {
  const std::vector<uint64_t> at_least = Survivors(drafts.accepted);
  std::vector<double> rates;
  for (size_t j = 1; j < at_least.size() && at_least[0] > 0; ++j) {
    rates.push_back(Share(at_least[j], at_least[0]));
  }
  return rates;
}

std::vector<double> JointRates(std::span<const double> conditional) {
  std::vector<double> rates(conditional.begin(), conditional.end());
  for (size_t j = 1; j < rates.size(); ++j) rates[j] *= rates[j - 1];
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
