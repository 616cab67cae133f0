// Acceptance of a set of requests: a source for each target, never pooled within one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/analysis/figures.h"
#include "common/analysis/results.h"
#include "common/analysis/settled_request.h"
#include "common/analysis/step_store.h"

namespace specctl {

// With more of a target's steps merged into others' chunks, chunks tell no acceptance.
inline constexpr double kMergedShareMax = 0.01;

// What acceptance is made from: a source, and how much of the steps it has to tell.
struct StepBasis {
  StepSource source = StepSource::kChunks;
  StepDetail detail = StepDetail::kEach;
};

// Of one target; `basis` nullopt: no source that enough of its requests have, or none trusted.
struct TargetBasis {
  std::optional<StepBasis> basis;
  TargetAcceptance told;
};

AcceptanceSource NamedSource(StepSource source);

struct AcceptanceInput {
  const RequestSet* requests = nullptr;
  std::span<const TargetBasis> bases;
  const StepStore* store = nullptr;
};
// nullopt where no request enters.  Every decoding step enters whole where its uncut length is
// known; else the last step of each response counts as cut where it was delivered, and rates are by
// Kaplan and Meier.  Intervals by a jackknife over questions: those of one question are not
// independent, how often it may be sent.
std::optional<AcceptanceFigures> AcceptanceOf(const AcceptanceInput& input);

// From chunks alone (`bases` may be empty), whatever the targets' sources are.
std::optional<AcceptanceFigures> AcceptanceFromChunks(const AcceptanceInput& input);

}  // namespace specctl
