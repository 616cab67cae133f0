// Which source tells the acceptance of each target, and whether it can be trusted.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "common/analysis/acceptance_fold.h"
#include "common/analysis/settled_request.h"
#include "common/analysis/step_store.h"
#include "common/figures/figure_types.h"
#include "common/figures/server_figures.h"

namespace specctl {

// A target's source is the first that this share of its ok requests has; only those enter.
inline constexpr double kSourceShareMin = 0.90;
// Below it a label says which part of the requests entered.
inline constexpr double kSourceShareLabelled = 0.99;
// What else decides about a target's source.
struct TargetFacts {
  std::optional<uint32_t> draft_length;  // as the probe found it
  bool chunk_is_step = true;
  bool counts_drafts = false;                // its engine has counters for drafts, known to us
  bool always_counts_drafts = false;         // and none only where it does not speculate
  const ServerCounters* counters = nullptr;  // nullptr: none
};

// By target.  `requests`: all of the run.  Chunks are no source where more than kMergedShareMax of
// the steps are merged into others' chunks, or where their acceptance length is above draft length
// + 1; where a target gives no sign of a draft, it has none.
std::vector<TargetBasis> ChooseBases(std::span<const SettledRequest> requests,
                                     std::span<const TargetFacts> targets, const StepStore& store);

}  // namespace specctl
