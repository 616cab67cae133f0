// Goodput of a set of requests: those that keep every limit of --goodput.
#pragma once

#include <optional>

#include "common/analysis/figures.h"
#include "common/figures/figure_types.h"
#include "common/workload/goodput.h"

namespace specctl {

struct GoodputInput {
  const RequestSet* requests = nullptr;
  const GoodputTerms* terms = nullptr;
  double begun_per_s = 0;  // requests that begin; the rate is the share of them
  // The hold: the share's interval is over its time.  Absent: over the conversations.
  std::optional<SteadyTime> steady = {};
};

// Sets share and rate.  A request that was not ok is not good; an ok one keeps the limit of a
// figure that it can't have (the ITL of one token).  Of one whose tokens are unknown nothing can be
// said where a limit is of tokens: with more than 1 % of those both figures stay absent.
// Absent, too, where a term is of no figure known here, as a journal of another version may have.
// The rate has no interval.  Pure.
void SetGoodput(const GoodputInput& input, ThroughputFigures& figures);

}  // namespace specctl
