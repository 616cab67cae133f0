#include "common/analysis/open_request.h"

#include <algorithm>
#include <limits>

#include "common/analysis/stages.h"

namespace specctl {

void OpenRequest::AddChunk(const ChunkRecord& record) {
  const bool is_first = chunks == 0;
  // Stamps may cross by a little; time within a response does not go back.
  const int64_t arrival_us = std::max(record.arrival_us, last_us.value_or(record.arrival_us));
  if (arrival_us >= next_second_us_) EndSecond(arrival_us);
  if (is_first) {
    first_us = arrival_us;
    first_tokens = record.tokens;
  } else if (record.tokens) {
    after_first.Add(*record.tokens);
  }
  constexpr uint64_t kWithinMax = std::numeric_limits<uint32_t>::max();
  last_within_us = static_cast<uint32_t>(std::min(record.uncertainty_us, kWithinMax));
  if (is_first) first_within_us = last_within_us;
  if (is_first || !record.same_step) BeginStep(arrival_us);
  ++chunks;
  last_us = arrival_us;
  last_tokens = record.tokens;
  if (record.tokens) {
    counted_tokens += *record.tokens;
  } else {
    ++unknown_chunks;
  }
  has_reasoning = has_reasoning || record.reasoning;
  if (!record.reasoning && !answer_us) answer_us = arrival_us;
}

StreamPart OpenRequest::Now() const {
  return {.chunks = chunks,
          .unknown_chunks = unknown_chunks,
          .counted_tokens = counted_tokens,
          .last_us = last_us,
          .last_within_us = last_within_us};
}

void OpenRequest::EndSecond(int64_t arrival_us) {
  if (chunks > 0) second_ends_.push_back({.next_us = arrival_us, .part = Now()});
  const int64_t run_ns = std::max<int64_t>(arrival_us * 1000 + to_run_ns, 0);
  const int64_t next_ns = (run_ns / kSecondNs + 1) * kSecondNs;
  // Rounded up: a chunk of that microsecond is in the next second.
  next_second_us_ = (next_ns - to_run_ns + 999) / 1000;
}

StreamPart OpenRequest::Before(int64_t second_ns) const {
  const auto is_later = [&](int64_t arrival_us) {
    return arrival_us * 1000 + to_run_ns >= second_ns;
  };
  if (!first_us || is_later(*first_us)) return {};
  const auto found = std::find_if(second_ends_.begin(), second_ends_.end(),
                                  [&](const SecondEnd& end) { return is_later(end.next_us); });
  return found == second_ends_.end() ? Now() : found->part;
}

void OpenRequest::BeginStep(int64_t arrival_us) {
  constexpr int64_t kGapMax = std::numeric_limits<uint32_t>::max();
  // The first chunk ends the time to the first token, and closes no gap.
  if (chunks > 0) {
    gaps_us.push_back(static_cast<uint32_t>(std::min(arrival_us - step_us, kGapMax)));
  }
  step_us = arrival_us;
  // Most arrivals are exact: only the others cost memory.
  if (last_within_us > 0) {
    within_us.emplace_back(static_cast<uint32_t>(gaps_us.size()), last_within_us);
  }
}

}  // namespace specctl
