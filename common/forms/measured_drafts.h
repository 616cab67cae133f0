// MeasuredDrafts: what a run says of its drafts, for the forms that others' tools read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/analysis/results.h"

namespace specctl {

struct MeasuredDrafts {
  double length = 0;          // tokens per draft: 1 + accepted / drafts, the bonus token included
  uint32_t draft_length = 0;  // K, tokens of a draft at most; at least 1
  uint64_t drafts = 0, steps = 0;  // steps 0: unknown
  // [i]: P(the first i + 1 tokens of a draft are all accepted), K of them; empty: not told.
  std::vector<double> marginal;
  std::string model, method, drafter;  // empty: nobody tells
  std::string engine;                  // "vllm 0.32.0"
  std::string source;                  // "per_request", "counters"
};

// Of the whole run, over all its targets: from what responses say, else from the servers' counters
// where these are of this run alone.
// FAILED_PRECONDITION  the prompts are no language; nothing speculates; drafts can't be told from
// steps; the draft length is
//                      unknown; targets differ in model, method, drafter or draft length
absl::StatusOr<MeasuredDrafts> MeasureDrafts(const Results& results);

// [i]: P(token i + 1 of a draft is accepted | those before it were): quotients of `marginal`.
std::vector<double> ConditionalOf(const std::vector<double>& marginal);

}  // namespace specctl
