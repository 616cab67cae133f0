// Acceptance of a set of requests, from one source.
#pragma once

#include <optional>
#include <span>

#include "common/analysis/figures.h"
#include "common/analysis/results.h"
#include "common/analysis/settled_request.h"
#include "common/speculation/acceptance.h"

namespace specctl {

// A source is used where this share of the run's ok requests has it; only those enter.
inline constexpr double kSourceShareMin = 0.99;
// Chunk-derived figures are approximate where more of the servers' steps are merged.
inline constexpr double kMergedShareMax = 0.01;

// What acceptance is made from: a source, and how much of the steps it has to tell.
struct StepBasis {
  StepSource source = StepSource::kChunks;
  StepDetail detail = StepDetail::kEach;
};

// Share of the ok requests that have steps on `basis`; 0 where none is ok.
double ShareOf(std::span<const SettledRequest> requests, const StepBasis& basis);
// The first of per_request, timings, chunks that is good for the whole run, with as much detail as
// there is; nullopt: none is.
std::optional<StepBasis> ChooseBasis(std::span<const SettledRequest> requests);

struct AcceptanceInput {
  const RequestSet* requests = nullptr;  // in the order of positions
  StepBasis basis;
  const StepHistogram* lengths = nullptr;  // of the ok ones of them, from that source
  std::optional<double> merged_share;      // of the run; nullopt: unknown
};

// nullopt where no step is known.  Intervals are by conversation.
std::optional<AcceptanceFigures> AcceptanceOf(const AcceptanceInput& input);

// Share of the servers' steps that came to the client merged into another's chunk: 1 - chunks after
// each request's first / engine steps, at least 0.  nullopt where the servers counted none, or
// clearly fewer than there were chunks (an engine that sends a chunk a token).
std::optional<double> MergedShare(std::span<const SettledRequest> requests, double engine_steps);

}  // namespace specctl
