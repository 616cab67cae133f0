#include "controller/run/failure_limit.h"

#include <algorithm>

#include <absl/strings/str_format.h>

namespace specctl::controller {

FailureLimit::FailureLimit(uint64_t wave_requests, double failed_share_max)
    : ended_min_(std::max<uint64_t>(wave_requests, 10)), failed_share_max_(failed_share_max) {}

void FailureLimit::CountBatch(const AgentBatch& batch) {
  for (const RequestFinished& finished : batch.finished) {
    const bool failed =
        finished.outcome == Outcome::kFailed || finished.outcome == Outcome::kTimedOut;
    if (!failed && finished.outcome != Outcome::kOk) continue;
    ++ended_;
    if (!failed) continue;
    ++failed_;
    last_error_ = finished.error;
  }
}

double FailureLimit::Share() const {
  return ended_ == 0 ? 0 : static_cast<double>(failed_) / static_cast<double>(ended_);
}

bool FailureLimit::Exceeded() const { return ended_ >= ended_min_ && Share() > failed_share_max_; }

bool FailureLimit::ExceededAtEnd() const {
  // A run too short to judge counts only if it measured nothing but errors.
  return Share() > failed_share_max_ && (ended_ >= ended_min_ || failed_ == ended_);
}

std::string FailureLimit::Text() const {
  std::string text = absl::StrFormat(
      "%d of %d requests failed or timed out (%.0f %%), more than --max-failed %g%%", failed_,
      ended_, Share() * 100, failed_share_max_ * 100);
  if (!last_error_.empty()) absl::StrAppendFormat(&text, "; the last: %s", last_error_);
  return text;
}

}  // namespace specctl::controller
