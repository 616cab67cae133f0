#include "common/analysis/request_steps.h"

#include <algorithm>
#include <utility>

namespace specctl {
namespace {

bool HasPerStep(const SpeculationStats& stats) {
  return stats.drafts > 0 && stats.per_step_accepted.size() == stats.drafts;
}

uint64_t DraftLength(const SpeculationStats& stats) {
  uint64_t longest = stats.draft_length;
  for (const uint32_t accepted : stats.per_step_accepted)
    longest = std::max<uint64_t>(longest, accepted);
  if (!stats.acceptance_histogram.empty()) {
    longest = std::max<uint64_t>(longest, stats.acceptance_histogram.size() - 1);
  }
  return longest;
}

// Lengths of the steps with a draft; nullopt where they contradict the sums.
std::optional<StepHistogram> DraftLengths(const SpeculationStats& stats) {
  StepHistogram histogram;
  if (HasPerStep(stats)) {
    for (const uint32_t accepted : stats.per_step_accepted) histogram.Add(uint64_t{accepted} + 1);
  } else {
    for (size_t k = 0; k < stats.acceptance_histogram.size(); ++k) {
      histogram.Add(k + 1, stats.acceptance_histogram[k]);
    }
  }
  const bool agrees = histogram.steps() == stats.drafts && histogram.oversized == 0 &&
                      histogram.tokens() == stats.drafts + stats.accepted_tokens;
  return agrees ? std::optional(std::move(histogram)) : std::nullopt;
}

// [a]: drafts of a tokens that were all accepted; nullopt where their widths are unknown.
std::optional<std::vector<uint64_t>> SpentDrafts(const SpeculationStats& stats,
                                                 const StepHistogram& lengths) {
  std::vector<uint64_t> spent;
  if (HasPerStep(stats) && stats.per_step_drafted.size() == stats.drafts) {
    spent.resize(lengths.lengths.size());
    for (size_t i = 0; i < stats.drafts; ++i) {
      const uint32_t accepted = stats.per_step_accepted[i];
      if (accepted > stats.per_step_drafted[i]) return std::nullopt;
      if (accepted == stats.per_step_drafted[i]) ++spent[accepted];
    }
    return spent;
  }
  const uint64_t k = stats.draft_length;
  if (k == 0 || stats.drafted_tokens != k * stats.drafts) return std::nullopt;
  if (lengths.lengths.size() > k) {
    spent.resize(k + 1);
    spent[k] = lengths.lengths[k];
  }
  return spent;
}

// What the last listed step accepted beyond what the last chunk has; nullopt where it says nothing.
std::optional<int64_t> ListedCut(const SpeculationStats& stats, const DeliveredTokens& delivered) {
  if (!HasPerStep(stats) || !delivered.last_chunk_tokens) return std::nullopt;
  return int64_t{stats.per_step_accepted.back()} + 1 - int64_t{*delivered.last_chunk_tokens};
}

// Whether the list of steps allows that `cut` tokens were cut off the last one, of `steps`.
bool ListAllows(const SpeculationStats& stats, const DeliveredTokens& delivered, int64_t cut,
                int64_t steps) {
  const std::optional<int64_t> listed = ListedCut(stats, delivered);
  if (!listed || *listed == cut) return true;
  // The last step may have had no draft; it is not listed then, and there was nothing to cut.
  const bool any_bare = steps > static_cast<int64_t>(stats.drafts);
  return cut == 0 && *delivered.last_chunk_tokens == 1 && any_bare;
}

// The steps after the prompt's.
uint64_t CountSteps(const SpeculationStats& stats, const DeliveredTokens& delivered) {
  const auto drafts = static_cast<int64_t>(stats.drafts);
  const auto k = static_cast<int64_t>(DraftLength(stats));
  const auto after_prompt = static_cast<int64_t>(delivered.total) - 1;
  const int64_t steps_uncut = after_prompt - static_cast<int64_t>(stats.accepted_tokens);
  const int64_t steps = static_cast<int64_t>(delivered.chunks) - 1;
  const int64_t cut = steps - steps_uncut;
  const bool chunks_are_steps = 0 <= cut && cut <= k && steps >= drafts;
  if (chunks_are_steps && ListAllows(stats, delivered, cut, steps)) {
    return static_cast<uint64_t>(steps);
  }
  const std::optional<int64_t> listed = ListedCut(stats, delivered);
  const bool known = delivered.ended_by_length && listed && 0 <= *listed && *listed <= k;
  return static_cast<uint64_t>(std::max(steps_uncut + (known ? *listed : 0), drafts));
}

// The lengths and, where known, the drafts of each step; false where they contradict the sums.
bool SetEach(const TimingsStats& stats, RequestSteps& steps) {
  StepHistogram lengths;
  for (size_t k = 0; k < stats.acceptance_histogram.size(); ++k) {
    lengths.Add(k + 1, stats.acceptance_histogram[k]);
  }
  const uint64_t drafts = lengths.steps();
  const bool agrees = lengths.oversized == 0 && drafts <= steps.steps &&
                      lengths.tokens() == drafts + stats.accepted_tokens;
  if (!agrees) return false;
  if (steps.steps > drafts) lengths.Add(1, steps.steps - drafts);
  steps.detail = StepDetail::kEach;
  steps.drafts = drafts;
  steps.lengths.whole = std::move(lengths);
  const bool spent_known = drafts == 0 || !stats.spent_histogram.empty();
  if (spent_known) steps.spent = stats.spent_histogram;
  return true;
}

}  // namespace

RequestSteps StepsOfChunks(const StepHistogram& after_first, uint32_t last_tokens) {
  RequestSteps steps{.steps = after_first.steps() + after_first.oversized,
                     .delivered = after_first.tokens(),
                     .lengths = {.whole = after_first, .cut = {}}};
  StepHistogram last;
  last.Add(last_tokens);
  steps.lengths.whole.Remove(last);
  if (last.oversized == 0) steps.lengths.cut = std::move(last);
  return steps;
}

std::optional<RequestSteps> StepsOfStats(const SpeculationStats& stats,
                                         const DeliveredTokens& delivered) {
  if (delivered.total == 0 || delivered.chunks == 0) return std::nullopt;
  RequestSteps steps{.detail = StepDetail::kCount,
                     .steps = CountSteps(stats, delivered),
                     .delivered = delivered.total - 1,
                     .drafts = stats.drafts,
                     .drafted = stats.drafted_tokens,
                     .accepted = stats.accepted_tokens};
  std::optional<StepHistogram> lengths = DraftLengths(stats);
  if (!lengths) return steps;
  steps.detail = StepDetail::kEach;
  steps.spent = SpentDrafts(stats, *lengths);
  if (steps.steps > stats.drafts) lengths->Add(1, steps.steps - stats.drafts);
  steps.lengths.whole = *std::move(lengths);
  return steps;
}

RequestSteps StepsOfTimings(const TimingsStats& stats, uint64_t total_tokens) {
  RequestSteps steps{.detail = StepDetail::kDraftTokens,
                     .drafted = stats.drafted_tokens,
                     .accepted = stats.accepted_tokens};
  if (!stats.steps) return steps;
  steps.detail = StepDetail::kCount;
  steps.steps = *stats.steps;
  steps.delivered = total_tokens > 0 ? total_tokens - 1 : 0;
  if (stats.each_step_known) SetEach(stats, steps);
  return steps;
}

}  // namespace specctl
