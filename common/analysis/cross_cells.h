// Cells of a run: its requests by target, model and category (or tier), for tables over runs.
#pragma once

#include <span>
#include <vector>

#include "common/analysis/figures.h"
#include "common/analysis/held_request.h"
#include "common/analysis/results.h"
#include "common/analysis/run_acceptance.h"
#include "common/analysis/run_context.h"
#include "common/analysis/settled_request.h"

namespace specctl {

struct CrossCellInput {
  const RunContext& run;
  const RunAcceptance& acceptance;
  std::span<const SettledRequest> requests;  // all of the run
  const HeldRequests& held;                  // how they were where the hold ended
  // What User TPS is of: the headline's requests, less those that an invalid window spoils.
  bool whole_run = false;
  bool leaves_out = false;
};

// Cells for all requests together and by category and tier, in this order, each in the order of
// targets, models and keys.  Empty above kCrossCellsMax: a table of so many is no help to a reader.
inline constexpr size_t kCrossCellsMax = 4'096;
std::vector<CrossCell> CrossCellsOf(const CrossCellInput& input);

}  // namespace specctl
