// Cliffs: loads at which one request more makes a server slower at a stroke, which powers of two
// hide.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/planning/sweep.h"

namespace specctl {

// What is known of a server that makes cliffs.
struct ServerLimits {
  std::optional<uint32_t> requests_max;  // that run at once: vLLM's max_num_seqs
  // Tokens of a step for which a CUDA graph was captured: a step is padded up to the next of them,
  // and beyond the last runs without one.  Upwards; empty: unknown, or none.
  std::vector<uint32_t> graph_sizes;
  uint32_t draft_length = 0;  // k: a step of bs requests has (1 + k) x bs tokens
};

// Concurrencies to look at, upwards, each once, within [1, bs_max]: requests_max and its
// neighbours; the last load that fits the largest graph and the next one; and the same for the
// graph below each of `loads` (those the sweep has anyway), at most kGraphCliffsMax of these, the
// highest first.
inline constexpr size_t kGraphCliffsMax = 3;
std::vector<uint32_t> CliffLoads(const ServerLimits& limits, std::span<const uint32_t> loads,
                                 uint32_t bs_max);

// What was seen of requests_max in a target's points: how many ran at most while others waited.
std::optional<uint32_t> RequestsMaxSeen(const Sweep& sweep, const std::string& target);

// Puts the label `cliff` on points that are done, where at the next load, one request more, beyond
// the 95 % interval
//   - the mean step takes 5 % longer at least, or
//   - output TPS falls by 3 % at least, or
//   - TTFT p50 is 1.5 times as long at least.
void LabelCliffs(Sweep& sweep);

}  // namespace specctl
