// Per-request speculative-decoding statistics, as vLLM's --per-request-spec-decode-metrics gives
// them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace specctl::sim {

enum class SpecMetricsDetail { kNone, kSummary, kDetailed };

// Steps of one request that had a draft, in order.
struct DraftedSteps {
  std::vector<uint32_t> drafted;
  std::vector<uint32_t> accepted;  // with tokens that were cut off at the end
};

// {"speculative_decoding":{..}}, or empty for kNone and for an engine without drafts.  Pure.
std::string SpecMetricsJson(const DraftedSteps& steps, uint32_t draft_length,
                            SpecMetricsDetail detail);

}  // namespace specctl::sim
