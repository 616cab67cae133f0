// Sums of the servers' counters and histograms over targets.
#pragma once

#include <vector>

#include "common/analysis/server_series.h"
#include "common/figures/server_figures.h"

namespace specctl {

// Sets `sums` and `partial` from `targets` and `complete`.  Each sum is over the targets that have
// the counter; those by position only where all that draft have them.
void SetSums(ServerFigures& figures);

// What acceptance is computed from: sums over the targets that count drafts and what was accepted
// of them, each absent where one of these lacks it.  So a quotient of two is of the same targets,
// also where their engines count different things.
ServerCounters SpeculationSums(const ServerFigures& figures);

// Of servers of one kind, as of one: what one of them has not counted yet, it lacks.
ServerCounters SumOfReplicas(const std::vector<const ServerSeries*>& servers);
// By rank, over the replicas that name it (without `prefix_hit_rate` where they are several), in
// the order of numbers; empty where there is no more than one rank.
std::vector<RankCounters> RanksOfReplicas(const std::vector<const ServerSeries*>& servers);

// By the histograms of all of them together; absent where one that generated tokens lacks the
// figure, or has other buckets.
ServerLatencies LatenciesOf(const std::vector<const ServerSeries*>& servers);
// Sets `latencies`, and `partial` where `servers`, those of `targets`, are not all.
void SetLatencies(const std::vector<const ServerSeries*>& servers, ServerFigures& figures);

}  // namespace specctl
