// Goodput of a set of requests: those that keep every limit of --goodput.
#pragma once

#include "common/analysis/figures.h"
#include "common/figures/figure_types.h"
#include "common/workload/goodput.h"

namespace specctl {

// Sets share and rate.  A request that was not ok is not good; an ok one keeps the limit of a
// figure that it can't have (the ITL of one token).  Of one whose tokens are unknown nothing can be
// said where a limit is of tokens: with more than 1 % of those both figures stay absent.
// Absent, too, where a term is of no figure known here, as a journal of another version may have.
// `begun_per_s`: requests that begin per second; the rate is the share of them.  Pure.
void SetGoodput(const RequestSet& requests, const GoodputTerms& terms, double begun_per_s,
                ThroughputFigures& figures);

}  // namespace specctl
