// Acceptance of a run, its slices and its targets.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "common/analysis/acceptance_basis.h"
#include "common/analysis/results.h"
#include "common/analysis/run_context.h"
#include "common/analysis/settled_request.h"
#include "common/analysis/step_store.h"

namespace specctl {

// What the figures of one run are made from; all outlive it.
class RunAcceptance {
 public:
  // `servers`: figures of the run, as far as there are any.  `requests`: all of the run.
  RunAcceptance(const RunContext& run, std::span<const SettledRequest> requests,
                const StepStore& store, const std::optional<ServerFigures>& servers);

  // nullopt where nothing speculates, or no source can be trusted.
  std::optional<AcceptanceFigures> Of(const RequestSet& requests) const;
  // The same for the headline: the counters stand in where every target that speculates has no
  // other source.
  std::optional<AcceptanceFigures> Headline(const RequestSet& requests) const;
  // For comparison; nullopt where the headline is from chunks alone, or nothing speculates.
  std::optional<AcceptanceFigures> FromChunks(const RequestSet& requests) const;
  // Of ok requests, whatever the headline is from: by their chunks, and by what the servers say of
  // each; nullopt where none tells anything.
  std::optional<AcceptanceFigures> AllFromChunks(std::span<const SettledRequest> requests) const;
  std::optional<AcceptanceFigures> FromStatistics(std::span<const SettledRequest> requests) const;
  std::vector<TargetBasis> StatisticsOf(std::span<const SettledRequest> requests) const;
  std::optional<AcceptanceFigures> OfCounters() const { return of_counters_; }
  std::vector<TargetAcceptance> Sources() const;

 private:
  const StepStore& store_;
  std::vector<TargetBasis> bases_;
  std::optional<AcceptanceFigures> of_counters_;
};

}  // namespace specctl
