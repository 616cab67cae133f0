#include "common/engine/timed_steps.h"

#include <algorithm>

namespace specctl {

void TimedSteps::BeginResponse() {
  before_.reset();
  contradicted_ = in_doubt_ = widths_differ_ = false;
  width_.reset();
  each_step_known_ = true;
  left_ = 1;  // the prompt's step yields one token
  acceptance_histogram_.clear();
  spent_histogram_.clear();
}

bool TimedSteps::AddTimings(const EventTimings& timings, bool has_output) {
  if (timings.predicted_n == 0 && !has_output) return false;  // nothing has been generated yet
  const EventTimings before = before_.value_or(EventTimings());
  const bool in_prompts_step = !before_ && timings.predicted_n <= 1;
  const bool same_step = before_ && timings.predicted_ms == before.predicted_ms;
  before_ = timings;
  const Growth growth = {.tokens = timings.predicted_n - before.predicted_n,
                         .drafted = timings.draft_n - before.draft_n,
                         .accepted = timings.draft_n_accepted - before.draft_n_accepted};
  const bool counts = std::max(timings.predicted_n, timings.draft_n) <= kCountMax;
  const bool falls = timings.predicted_n < before.predicted_n || timings.draft_n < before.draft_n ||
                     timings.draft_n_accepted < before.draft_n_accepted;
  if (!counts || falls || growth.accepted > growth.drafted) contradicted_ = true;
  if (contradicted_) return same_step;
  if (same_step || in_prompts_step) {
    AddOfSameStep(growth, has_output);
  } else {
    AddOfNewSteps(growth);
  }
  return same_step;
}

void TimedSteps::AddOfSameStep(const Growth& growth, bool has_output) {
  const bool output_of_no_token = growth.tokens == 0 && has_output;
  const bool more_than_left = left_ && growth.tokens > *left_;
  if (growth.drafted > 0 || output_of_no_token || (more_than_left && !in_doubt_)) {
    contradicted_ = true;
  } else if (more_than_left && HidesOneStep() && growth.tokens <= *left_ + 1) {
    // The token that was hidden is of a step of its own: one more of this one may come.
    left_ = *left_ + 1 - growth.tokens;
    AddHiddenStep();
  } else if (more_than_left) {
    LoseLast();
  } else if (left_) {
    *left_ -= growth.tokens;
  }
}

void TimedSteps::AddOfNewSteps(const Growth& growth) {
  // The step before yielded what was left of it first, and each new one at least a token.
  if (growth.tokens <= left_.value_or(0)) {
    contradicted_ = true;
    return;
  }
  // One token is the new step's first: all of the step before have come, as many as one draft has.
  if (in_doubt_ && growth.tokens > 1) LoseLast();
  in_doubt_ = false;
  if (growth.drafted > 0) {
    AddDraft(growth);
  } else {
    left_ = 0;
  }
}

void TimedSteps::AddDraft(const Growth& growth) {
  if (growth.accepted > kAcceptedMax) {
    contradicted_ = true;
    return;
  }
  // Tokens of the new steps; of one step where it is one.
  const uint64_t tokens = growth.tokens == 1 ? 1 : growth.tokens - left_.value_or(0);
  if (growth.tokens == 1) NoteWidth(growth.drafted);
  doubt_ = growth;
  doubt_tokens_ = tokens;
  const bool several = tokens > growth.accepted + 1;
  if ((several && !HidesOneStep()) || (tokens > 1 && !left_)) return LoseLast();
  in_doubt_ = tokens > 1 && !several;
  left_ = several ? growth.accepted : growth.accepted + 1 - tokens;
  if (acceptance_histogram_.size() <= growth.accepted) {
    acceptance_histogram_.resize(growth.accepted + 1);
  }
  ++acceptance_histogram_[growth.accepted];
  spent_histogram_.resize(acceptance_histogram_.size());
  if (growth.accepted == growth.drafted) ++spent_histogram_[growth.accepted];
  if (several) AddHiddenStep();
}

// Whether the last event showed two drafts of the usual width, the first of them in a token alone.
bool TimedSteps::HidesOneStep() const {
  return doubt_tokens_ == 2 && width_ && !widths_differ_ && doubt_.drafted == 2 * *width_ &&
         doubt_.accepted <= *width_;
}

// The other of the two has been added.
void TimedSteps::AddHiddenStep() {
  in_doubt_ = false;
  ++acceptance_histogram_[0];
  if (doubt_.accepted == *width_) ++spent_histogram_[doubt_.accepted];
}

void TimedSteps::NoteWidth(uint64_t drafted) {
  widths_differ_ = widths_differ_ || (width_ && *width_ != drafted);
  width_ = drafted;
}

void TimedSteps::LoseLast() {
  in_doubt_ = each_step_known_ = false;
  left_.reset();
}

std::optional<TimingsStats> TimedSteps::Stats(const End& end) const {
  if (!before_) return std::nullopt;
  TimingsStats stats{.drafted_tokens = before_->draft_n,
                     .accepted_tokens = before_->draft_n_accepted};
  const bool all_seen = end.all_timed && !in_doubt_ && left_;
  // The last draft is never longer than what is still allowed: at max_tokens no step is cut.
  if (contradicted_ || (!all_seen && !end.at_max_tokens)) return stats;
  // tokens + left = 1 (the prompt's) + sum over steps of (accepted + 1)
  const uint64_t tokens = before_->predicted_n + (all_seen ? *left_ : 0);
  if (tokens < 1 + stats.accepted_tokens) return stats;
  stats.steps = tokens - 1 - stats.accepted_tokens;
  if (!all_seen) return stats;
  stats.each_step_known = each_step_known_;
  if (each_step_known_) {
    stats.acceptance_histogram = acceptance_histogram_;
    stats.spent_histogram = spent_histogram_;
  }
  return stats;
}

}  // namespace specctl
