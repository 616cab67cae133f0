#include "common/analysis/request_steps.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "common/analysis/statistics_check.h"

namespace specctl {
namespace {

bool HasPerStep(const SpeculationStats& stats) {
  // A list of another length can't be matched with the drafts: the histogram must do.
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
    // The bonus token.
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
      // More accepted than drafted: one of the lists is wrong, and which is not known.
      if (accepted > stats.per_step_drafted[i]) return std::nullopt;
      if (accepted == stats.per_step_drafted[i]) ++spent[accepted];
    }
    return spent;
  }
  if (!stats.by_draft_length.empty()) {
    for (const DraftsOfLength& drafts : stats.by_draft_length) {
      const uint64_t length = drafts.draft_length;
      if (length >= drafts.acceptance_histogram.size()) continue;  // none was spent
      if (spent.size() <= length) spent.resize(length + 1);
      spent[length] += drafts.acceptance_histogram[length];
    }
    return spent;
  }
  const uint64_t k = stats.draft_length;
  // Only where every draft had the full length are their widths known.
  if (k == 0 || stats.drafted_tokens != k * stats.drafts) return std::nullopt;
  if (lengths.lengths.size() > k) {
    spent.resize(k + 1);
    spent[k] = lengths.lengths[k];
  }
  return spent;
}

uint64_t CountAt(const StepHistogram& histogram, uint64_t tokens) {
  return tokens >= 1 && tokens <= histogram.lengths.size() ? histogram.lengths[tokens - 1] : 0;
}

// The response's steps with a certain cut.
struct Hypothesis {
  const StepHistogram& drafts;  // lengths of the steps with a draft
  uint64_t bare = 0;            // steps without one
  uint64_t last = 0;            // uncut length of the last
};

// Chunks before the last that are no step of these.
uint64_t ChunksUnexplained(const DeliveredTokens& delivered, const Hypothesis& steps) {
  uint64_t unexplained = delivered.after_first->oversized;
  for (uint64_t tokens = 1; tokens <= delivered.after_first->lengths.size(); ++tokens) {
    uint64_t chunks = CountAt(*delivered.after_first, tokens);
    if (tokens == *delivered.last_chunk_tokens && chunks > 0) --chunks;
    uint64_t there = CountAt(steps.drafts, tokens) + (tokens == 1 ? steps.bare : 0);
    if (tokens == steps.last && there > 0) --there;
    unexplained += chunks - std::min(chunks, there);
  }
  return unexplained;
}

// What is known of a response whose cut is looked for.
struct CutProblem {
  const SpeculationStats& stats;
  const StepHistogram& drafts;
  const DeliveredTokens& delivered;
  int64_t steps_uncut = 0;  // with a cut of 0
  int64_t least = 0, most = 0;

  int64_t last_chunk() const { return *delivered.last_chunk_tokens; }
  bool may_end_bare() const {
    return least == 0 && last_chunk() == 1 && steps_uncut > static_cast<int64_t>(stats.drafts);
  }
  // No stream interval keeps steps of one token back: the chunks are the steps, or one such step
  // came by itself before the last chunk.
  bool singles_come_alone() const {
    const auto chunks = static_cast<int64_t>(delivered.chunks) - 1;
    const uint64_t singles = CountAt(*delivered.after_first, 1) - (last_chunk() == 1 ? 1 : 0);
    return steps_uncut == chunks || singles > 0;
  }
  // Where chunks were merged two by two, as many are no step as there were merges: how far that is
  // off with this cut.
  int64_t Mismatch(int64_t cut) const {
    const Hypothesis steps{.drafts = drafts,
                           .bare = static_cast<uint64_t>(steps_uncut + cut) - stats.drafts,
                           .last = static_cast<uint64_t>(last_chunk() + cut)};
    const int64_t merges = steps_uncut + cut + 1 - static_cast<int64_t>(delivered.chunks);
    return std::abs(merges - static_cast<int64_t>(ChunksUnexplained(delivered, steps)));
  }
};

// The last chunk is a step without a draft, or the last of the list, or the last few of it.
std::optional<int64_t> CutByList(const CutProblem& problem) {
  if (problem.may_end_bare() && problem.Mismatch(0) == 0 && problem.singles_come_alone()) return 0;
  const std::vector<uint32_t>& listed = problem.stats.per_step_accepted;
  int64_t cut = -problem.last_chunk();
  for (auto accepted = listed.rbegin(); accepted != listed.rend() && cut < problem.least;
       ++accepted) {
    cut += int64_t{*accepted} + 1;
  }
  const bool possible = problem.least <= cut && cut <= listed.back();
  return possible ? std::optional(cut) : std::nullopt;
}

// The last chunk is one of the steps that there were, whichever fits best.
std::optional<int64_t> CutByLengths(const CutProblem& problem) {
  std::optional<int64_t> best;
  int64_t least_mismatch = 0;
  for (int64_t cut = problem.least; cut <= problem.most; ++cut) {
    const auto last = static_cast<uint64_t>(problem.last_chunk() + cut);
    const bool is_bare = cut == 0 && problem.may_end_bare();
    if (CountAt(problem.drafts, last) == 0 && !is_bare) continue;
    const int64_t mismatch = problem.Mismatch(cut);
    if (best && mismatch >= least_mismatch) continue;
    best = cut;
    least_mismatch = mismatch;
  }
  return best;
}

// The steps after the prompt's.
uint64_t CountSteps(const SpeculationStats& stats, const StepHistogram* drafts,
                    const DeliveredTokens& delivered) {
  const int64_t steps_uncut =
      static_cast<int64_t>(delivered.total) - 1 - static_cast<int64_t>(stats.accepted_tokens);
  // At least one step for each draft and for each chunk after the first.
  const auto least_steps = static_cast<int64_t>(std::max(stats.drafts, delivered.chunks - 1));
  const int64_t least = std::max<int64_t>(least_steps - steps_uncut, 0);
  std::optional<int64_t> cut;
  if (drafts != nullptr && delivered.after_first != nullptr && delivered.last_chunk_tokens) {
    const CutProblem problem{.stats = stats,
                             .drafts = *drafts,
                             .delivered = delivered,
                             .steps_uncut = steps_uncut,
                             .least = least,
                             .most = static_cast<int64_t>(DraftLength(stats))};
    cut = HasPerStep(stats) ? CutByList(problem) : CutByLengths(problem);
  }
  return static_cast<uint64_t>(steps_uncut + cut.value_or(least));
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
  // The others had no draft: one token each.
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
  // Nothing came: there is no step to count, but where the engine counted them.
  if (delivered.total == 0 || (delivered.chunks == 0 && !stats.steps)) return std::nullopt;
  std::optional<StepHistogram> lengths = DraftLengths(stats);
  RequestSteps steps{.detail = StepDetail::kCount,
                     .steps = stats.steps
                                  ? *stats.steps
                                  : CountSteps(stats, lengths ? &*lengths : nullptr, delivered),
                     .delivered = delivered.total - PrefillTokens(stats, delivered.total),
                     .drafts = stats.drafts,
                     .drafted = stats.drafted_tokens,
                     .accepted = stats.accepted_tokens};
  if (!lengths) return steps;
  steps.detail = StepDetail::kEach;
  steps.spent = SpentDrafts(stats, *lengths);
  steps.may_be_trees = stats.steps.has_value();
  if (steps.steps > stats.drafts) lengths->Add(1, steps.steps - stats.drafts);
  steps.lengths.whole = *std::move(lengths);
  return steps;
}

std::optional<RequestSteps> StepsOfMean(double tokens_per_iteration, uint64_t total_tokens) {
  constexpr double kFloatError = 1e-7;
  const double iterations = static_cast<double>(total_tokens) / tokens_per_iteration;
  const double whole = std::round(iterations);
  const bool is_mean = tokens_per_iteration >= 1 - kFloatError && total_tokens > 0 && whole >= 1 &&
                       std::abs(iterations - whole) <= kFloatError * iterations;
  if (!is_mean) return std::nullopt;
  return RequestSteps{.detail = StepDetail::kSteps,
                      .steps = static_cast<uint64_t>(whole) - 1,
                      .delivered = total_tokens - 1};
}

RequestSteps StepsOfTimings(const TimingsStats& stats, uint64_t total_tokens) {
  RequestSteps steps{.detail = StepDetail::kDraftTokens,
                     .drafted = stats.drafted_tokens,
                     .accepted = stats.accepted_tokens};
  if (!stats.steps) return steps;
  steps.detail = StepDetail::kCount;
  steps.steps = *stats.steps;
  // The first token is the prompt's step.
  steps.delivered = total_tokens > 0 ? total_tokens - 1 : 0;
  if (stats.each_step_known) SetEach(stats, steps);
  return steps;
}

}  // namespace specctl
