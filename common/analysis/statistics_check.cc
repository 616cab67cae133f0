#include "common/analysis/statistics_check.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace specctl {
namespace {

// No response has as many: what is above is no count, and its sums could overflow.
constexpr uint64_t kCountMax = std::numeric_limits<uint32_t>::max();

// Sums over a histogram of accepted tokens.
struct AcceptedSums {
  uint64_t drafts = 0, accepted = 0, longest = 0;
  bool counts = true;  // no count is absurd

  explicit AcceptedSums(const std::vector<uint64_t>& histogram) {
    for (uint64_t k = 0; k < histogram.size(); ++k) {
      counts = counts && histogram[k] <= kCountMax && k <= kCountMax;
      if (!counts) return;
      drafts += histogram[k];
      accepted += k * histogram[k];
      if (histogram[k] > 0) longest = k;
    }
  }
  bool Agree(const SpeculationStats& stats) const {
    return counts && drafts == stats.drafts && accepted == stats.accepted_tokens;
  }
};

bool HistogramAgrees(const SpeculationStats& stats) {
  return stats.acceptance_histogram.empty() ||
         AcceptedSums(stats.acceptance_histogram).Agree(stats);
}

// A list of another length is of other steps, and says nothing of these.
bool ListAgrees(const SpeculationStats& stats) {
  if (stats.drafts == 0 || stats.per_step_accepted.size() != stats.drafts) return true;
  uint64_t accepted = 0;
  for (const uint32_t tokens : stats.per_step_accepted) accepted += tokens;
  return accepted == stats.accepted_tokens;
}

bool ByLengthAgrees(const SpeculationStats& stats) {
  if (stats.by_draft_length.empty()) return true;
  uint64_t drafted = 0;
  std::vector<uint64_t> all;
  for (const DraftsOfLength& drafts : stats.by_draft_length) {
    const std::vector<uint64_t>& histogram = drafts.acceptance_histogram;
    const AcceptedSums sums(histogram);
    if (!sums.counts || sums.longest > drafts.draft_length) return false;
    drafted += drafts.draft_length * sums.drafts;
    if (all.size() < histogram.size()) all.resize(histogram.size());
    for (size_t k = 0; k < histogram.size(); ++k) all[k] += histogram[k];
  }
  if (drafted != stats.drafted_tokens || !AcceptedSums(all).Agree(stats)) return false;
  if (stats.acceptance_histogram.empty()) return true;
  std::vector<uint64_t> told = stats.acceptance_histogram;
  // Either may end with zeros.
  told.resize(std::max(told.size(), all.size()));
  all.resize(told.size());
  return told == all;
}

// The most that one step can have had accepted, as far as it is told.
uint64_t LongestAccepted(const SpeculationStats& stats) {
  if (!stats.acceptance_histogram.empty()) return AcceptedSums(stats.acceptance_histogram).longest;
  return stats.draft_length > 0 ? stats.draft_length : stats.accepted_tokens;
}

bool CutIsPossible(const SpeculationStats& stats, uint64_t total_tokens) {
  // Nothing came: nothing is held against it.
  if (total_tokens == 0) return true;
  const uint64_t prefills = PrefillTokens(stats, total_tokens);
  if (prefills > total_tokens) return false;
  const uint64_t uncut = prefills + stats.steps.value_or(stats.drafts) + stats.accepted_tokens;
  // Steps without a draft, where they are not told, make up for what is missing.
  if (uncut < total_tokens) return !stats.steps.has_value();
  // With overlap scheduling the step in flight was counted, in some versions, and its tokens lost.
  const uint64_t longest = LongestAccepted(stats);
  const uint64_t dropped = stats.retractions.value_or(0) * (longest + 1);
  return uncut - total_tokens <= longest + dropped;
}

}  // namespace

bool ContradictsItself(const SpeculationStats& stats, uint64_t total_tokens) {
  const uint64_t largest = std::max({stats.drafts, stats.drafted_tokens, stats.accepted_tokens,
                                     stats.steps.value_or(0), stats.retractions.value_or(0)});
  if (largest > kCountMax || stats.accepted_tokens > stats.drafted_tokens) return true;
  if (stats.steps && *stats.steps < stats.drafts) return true;
  return !HistogramAgrees(stats) || !ListAgrees(stats) || !ByLengthAgrees(stats) ||
         !CutIsPossible(stats, total_tokens);
}

uint64_t PrefillTokens(const SpeculationStats& stats, uint64_t total_tokens) {
  if (stats.retractions) return 1 + *stats.retractions;
  if (!stats.steps) return 1;
  // A response is seldom retracted twice, and has had a step each time.
  constexpr uint64_t kUntoldMax = 8;
  const uint64_t told = 1 + *stats.steps + stats.accepted_tokens;
  const uint64_t missing = total_tokens - std::min(told, total_tokens);
  return 1 + std::min({missing, *stats.steps, kUntoldMax});
}

}  // namespace specctl
