#include "common/analysis/open_request.h"

#include <algorithm>
#include <limits>

namespace specctl {

void OpenRequest::AddChunk(const ChunkRecord& record) {
  const bool is_first = chunks == 0;
  // Stamps may cross by a little; time within a response does not go back.
  const int64_t arrival_us = std::max(record.arrival_us, last_us.value_or(record.arrival_us));
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
