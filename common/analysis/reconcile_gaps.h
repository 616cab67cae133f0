// What is known to make sources differ: requests that one of them lacks, and others' work.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/analysis/results.h"
#include "common/analysis/run_acceptance.h"
#include "common/analysis/run_context.h"
#include "common/analysis/settled_request.h"

namespace specctl {

// How far a source may lie below or above another, and why.
struct Allowance {
  double less = 0, more = 0;  // infinite where there is no bound
  std::vector<std::string> why_less, why_more;
};

struct CountGaps {
  // Requests that a source tells nothing of, and the most tokens they can have.
  struct Lacking {
    uint64_t not_ok = 0, ok = 0;
    double tokens = 0;
  };
  Lacking chunks, statistics;
  double draft_length = 0;  // the longest known; 0: unknown
  uint64_t resends = 0, resets = 0, responses_apart = 0, unknown_chunks = 0;
  uint64_t tail_tokens = 0;  // that no chunk carried: an end of sequence, text held back
  double resent_tokens = 0;
  double late_step_tokens = 0;  // that steps after responses' ends may have had accepted
  bool other_traffic = false, stop_strings = false, merged = false;
  bool replicas_changed = false;  // what one did before its first scrape or after its last is lost

  // Of `source` against `against` in that row.
  Allowance AllowanceOf(ReconciledRow row, ReconciledSource source, ReconciledSource against) const;
};

CountGaps FindGaps(const RunContext& run, const RunAcceptance& acceptance,
                   std::span<const SettledRequest> requests, const Results& figures);

}  // namespace specctl
