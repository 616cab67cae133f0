#include "common/analysis/step_store.h"

#include <algorithm>
#include <limits>

namespace specctl {
namespace {

template <class T>
T Narrow(uint64_t value) {
  return static_cast<T>(std::min<uint64_t>(value, std::numeric_limits<T>::max()));
}

// Tokens of the step that is there, if any.
uint64_t OnlyLength(const StepHistogram& histogram) {
  return histogram.lengths.empty() ? 0 : histogram.lengths.size();
}

}  // namespace

StepSums StepStore::AddSteps(const RequestSteps& steps) {
  StepSums sums{.detail = steps.detail,
                .steps = Narrow<uint32_t>(steps.steps),
                .delivered = Narrow<uint32_t>(steps.delivered),
                .drafts = Narrow<uint32_t>(steps.drafts),
                .drafted = Narrow<uint32_t>(steps.drafted),
                .accepted = Narrow<uint32_t>(steps.accepted),
                .at = counts_.size()};
  // Sums take no place in the store.
  if (steps.detail < StepDetail::kEach) return sums;
  sums.widths_known = steps.spent.has_value();
  sums.may_be_trees = steps.may_be_trees;
  sums.cut_tokens = Narrow<uint16_t>(OnlyLength(steps.lengths.cut));
  sums.lengths = Narrow<uint16_t>(steps.lengths.whole.lengths.size());
  for (const uint64_t count : steps.lengths.whole.lengths) {
    counts_.push_back(Narrow<uint32_t>(count));
  }
  if (!steps.spent) return sums;
  sums.spent = Narrow<uint16_t>(std::min<size_t>(steps.spent->size(), sums.lengths));
  for (size_t a = 0; a < sums.spent; ++a) counts_.push_back(Narrow<uint32_t>((*steps.spent)[a]));
  return sums;
}

void StepStore::AddLengths(const StepSums& sums, StepLengths& lengths) const {
  if (sums.detail < StepDetail::kEach) return;
  for (size_t k = 0; k < sums.lengths; ++k) lengths.whole.Add(k + 1, counts_[sums.at + k]);
  if (sums.cut_tokens > 0) lengths.cut.Add(sums.cut_tokens);
}

void StepStore::AddDrafts(const StepSums& sums, DraftOutcomes& drafts) const {
  if (sums.detail < StepDetail::kEach || sums.drafts == 0) return;
  DraftOutcomes mine;
  for (size_t k = 0; k < sums.lengths; ++k) mine.accepted.push_back(counts_[sums.at + k]);
  // A step without a draft is one token long, and no draft.
  const uint64_t bare = sums.steps - std::min(sums.steps, sums.drafts);
  if (!mine.accepted.empty()) mine.accepted[0] -= std::min(mine.accepted[0], bare);
  for (size_t a = 0; a < sums.spent; ++a) {
    mine.spent.push_back(counts_[sums.at + sums.lengths + a]);
  }
  drafts.Merge(mine);
}

}  // namespace specctl
