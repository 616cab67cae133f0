#include "common/analysis/request_steps.h"

#include <algorithm>
#include <cmath>

namespace specctl {
namespace {

uint64_t Explained(const SpeculationStats& stats) { return stats.drafts + stats.accepted_tokens; }

uint64_t StepsWithoutDraft(const SpeculationStats& stats, uint64_t output_tokens) {
  const uint64_t after_prompt = output_tokens > 0 ? output_tokens - 1 : 0;
  return after_prompt > Explained(stats) ? after_prompt - Explained(stats) : 0;
}

// Removes a step of `tokens`; false where there is none.
bool Remove(StepHistogram& histogram, uint64_t tokens) {
  if (tokens > StepHistogram::kTokensMax) {
    if (histogram.oversized == 0) return false;
    --histogram.oversized;
    return true;
  }
  if (tokens == 0 || tokens > histogram.lengths.size() || histogram.lengths[tokens - 1] == 0) {
    return false;
  }
  --histogram.lengths[tokens - 1];
  return true;
}

bool HasPerStep(const SpeculationStats& stats) {
  return stats.drafts > 0 && stats.per_step_accepted.size() == stats.drafts;
}

// Lengths of the steps with a draft.
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
                      histogram.tokens() == Explained(stats);
  return agrees ? std::optional(std::move(histogram)) : std::nullopt;
}

// Drafts accepted in the last step with a draft, those cut off included.
std::optional<uint64_t> LastAccepted(const SpeculationStats& stats,
                                     const DeliveredTokens& delivered, uint64_t cut) {
  if (HasPerStep(stats)) return stats.per_step_accepted.back();
  if (!delivered.last_chunk_tokens || *delivered.last_chunk_tokens == 0) return std::nullopt;
  return *delivered.last_chunk_tokens - 1 + cut;
}

uint64_t LastDrafted(const SpeculationStats& stats) {
  if (stats.per_step_drafted.size() == stats.drafts) return stats.per_step_drafted.back();
  return static_cast<uint64_t>(
      std::llround(static_cast<double>(stats.drafted_tokens) / static_cast<double>(stats.drafts)));
}

void RemoveLastDraft(const SpeculationStats& stats, const DeliveredTokens& delivered, uint64_t cut,
                     RequestSteps& steps) {
  const std::optional<uint64_t> accepted = LastAccepted(stats, delivered, cut);
  if (!accepted || *accepted > steps.accepted || !Remove(steps.lengths, *accepted + 1)) return;
  --steps.drafts;
  steps.accepted -= *accepted;
  steps.drafted -= std::min(steps.drafted, LastDrafted(stats));
}

// The steps with a draft, the last one among them; nullopt where their sums contradict `stats`.
std::optional<RequestSteps> EachOf(const TimingsStats& stats) {
  RequestSteps steps{.drafted = stats.drafted_tokens, .accepted = stats.accepted_tokens};
  for (size_t k = 0; k < stats.acceptance_histogram.size(); ++k) {
    steps.lengths.Add(k + 1, stats.acceptance_histogram[k]);
  }
  steps.drafts = steps.lengths.steps();
  const bool agrees = steps.lengths.oversized == 0 && steps.drafts <= *stats.steps &&
                      steps.lengths.tokens() == steps.drafts + stats.accepted_tokens;
  if (!agrees) return std::nullopt;
  if (*stats.steps > steps.drafts) steps.lengths.Add(1, *stats.steps - steps.drafts);
  return steps;
}

}  // namespace

StepSums RequestSteps::Sums() const {
  const bool each = detail == StepDetail::kEach;
  // A step yields what was accepted, and one token more.
  const uint64_t tokens = detail == StepDetail::kCount ? steps + accepted : 0;
  return {.detail = detail,
          .steps = static_cast<uint32_t>(each ? lengths.steps() : steps),
          .tokens = static_cast<uint32_t>(each ? lengths.tokens() : tokens),
          .drafts = static_cast<uint32_t>(drafts),
          .drafted = static_cast<uint32_t>(drafted),
          .accepted = static_cast<uint32_t>(accepted)};
}

RequestSteps StepsOfChunks(const StepHistogram& after_first, uint32_t last_tokens) {
  RequestSteps steps{.lengths = after_first};
  Remove(steps.lengths, last_tokens);
  return steps;
}

uint64_t StepsAfterPrompt(const SpeculationStats& stats, uint64_t output_tokens) {
  return stats.drafts + StepsWithoutDraft(stats, output_tokens);
}

std::optional<RequestSteps> StepsOfStats(const SpeculationStats& stats,
                                         const DeliveredTokens& delivered) {
  std::optional<StepHistogram> lengths = DraftLengths(stats);
  if (!lengths) return std::nullopt;
  RequestSteps steps{.lengths = std::move(*lengths),
                     .drafts = stats.drafts,
                     .drafted = stats.drafted_tokens,
                     .accepted = stats.accepted_tokens};
  const uint64_t bare = StepsWithoutDraft(stats, delivered.total);
  const uint64_t after_prompt = delivered.total > 0 ? delivered.total - 1 : 0;
  const uint64_t cut = Explained(stats) > after_prompt ? Explained(stats) - after_prompt : 0;
  if (bare > 0) steps.lengths.Add(1, bare);
  const bool last_had_draft = bare == 0 || delivered.last_chunk_tokens.value_or(1) > 1;
  if (!last_had_draft) {
    Remove(steps.lengths, 1);
  } else if (stats.drafts > 0) {
    RemoveLastDraft(stats, delivered, cut, steps);
  }
  return steps;
}

RequestSteps StepsOfTimings(const TimingsStats& stats) {
  const RequestSteps sums{.detail = StepDetail::kDraftTokens,
                          .drafted = stats.drafted_tokens,
                          .accepted = stats.accepted_tokens};
  if (!stats.steps) return sums;
  RequestSteps steps = sums;
  steps.detail = StepDetail::kCount;
  steps.steps = *stats.steps;
  if (stats.each_step_known) {
    if (auto each = EachOf(stats)) steps = *std::move(each);
  }
  if (*stats.steps == 0) return steps;
  const bool had_draft = stats.last_drafted > 0;
  if (stats.last_drafted > steps.drafted || stats.last_accepted > steps.accepted) return sums;
  if (steps.detail == StepDetail::kEach) {
    if (!Remove(steps.lengths, stats.last_accepted + 1) || (had_draft && steps.drafts == 0)) {
      return sums;
    }
    if (had_draft) --steps.drafts;
  } else {
    --steps.steps;
  }
  steps.drafted -= stats.last_drafted;
  steps.accepted -= stats.last_accepted;
  return steps;
}

}  // namespace specctl
