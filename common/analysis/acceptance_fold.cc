#include "common/analysis/acceptance_fold.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "common/stats/intervals.h"

namespace specctl {
namespace {

using Term = std::function<RatioTerm(const StepSums&)>;

RatioTerm Ratio(uint64_t numerator, uint64_t denominator) {
  return {static_cast<double>(numerator), static_cast<double>(denominator)};
}

// The request's sums, where it enters.
const StepSums* SumsOf(const SettledRequest& request, const StepBasis& basis) {
  const StepSums& sums = request.StepsFrom(basis.source);
  return request.ok() && sums.detail >= basis.detail ? &sums : nullptr;
}

std::optional<Estimate> ByConversation(const AcceptanceInput& input, const Term& term) {
  std::vector<RatioTerm> clusters;
  std::optional<uint64_t> position;
  for (const SettledRequest* request : *input.requests) {
    const StepSums* const sums = SumsOf(*request, input.basis);
    if (sums == nullptr) continue;
    if (position != request->position) clusters.emplace_back();
    position = request->position;
    const RatioTerm add = term(*sums);
    clusters.back().numerator += add.numerator;
    clusters.back().denominator += add.denominator;
  }
  const std::optional<RatioEstimate> ratio = EstimateRatio(clusters);
  if (!ratio) return std::nullopt;
  Estimate estimate{.value = ratio->value, .low = std::nullopt, .high = std::nullopt};
  if (ratio->interval) {
    estimate.low = ratio->interval->low;
    estimate.high = ratio->interval->high;
  }
  return estimate;
}

void SetCounts(const AcceptanceInput& input, AcceptanceFigures& figures) {
  uint64_t ok = 0, known = 0, steps = 0, drafts = 0, with_steps = 0;
  double lengths = 0;
  for (const SettledRequest* request : *input.requests) {
    if (!request->ok()) continue;
    ++ok;
    const StepSums* const sums = SumsOf(*request, input.basis);
    if (sums == nullptr) continue;
    ++known;
    steps += sums->steps;
    drafts += sums->drafts;
    if (sums->steps == 0) continue;
    ++with_steps;
    lengths += static_cast<double>(sums->tokens) / sums->steps;
  }
  figures.source_share = ok == 0 ? 0 : static_cast<double>(known) / static_cast<double>(ok);
  if (input.basis.detail < StepDetail::kCount) return;
  figures.steps = steps;
  if (with_steps > 0) figures.request_macro_mean = lengths / static_cast<double>(with_steps);
  const bool tells_drafts =
      input.basis.source != StepSource::kChunks && input.basis.detail == StepDetail::kEach;
  if (tells_drafts) figures.drafts = drafts;
}

// Figures of how long each step was.
void SetLengths(const AcceptanceInput& input, AcceptanceFigures& figures) {
  figures.conditional = ConditionalRates(*input.lengths);
  figures.joint = JointRates(*input.lengths);
  figures.histogram = input.lengths->lengths;
  while (!figures.histogram.empty() && figures.histogram.back() == 0) figures.histogram.pop_back();
}

AcceptanceSource NamedSource(StepSource source) {
  switch (source) {
    case StepSource::kStats:
      return AcceptanceSource::kPerRequest;
    case StepSource::kTimings:
      return AcceptanceSource::kTimings;
    case StepSource::kChunks:
      break;
  }
  return AcceptanceSource::kChunks;
}

}  // namespace

double ShareOf(std::span<const SettledRequest> requests, const StepBasis& basis) {
  uint64_t ok = 0, known = 0;
  for (const SettledRequest& request : requests) {
    if (!request.ok()) continue;
    ++ok;
    if (SumsOf(request, basis) != nullptr) ++known;
  }
  return ok == 0 ? 0 : static_cast<double>(known) / static_cast<double>(ok);
}

std::optional<StepBasis> ChooseBasis(std::span<const SettledRequest> requests) {
  for (const StepSource source : {StepSource::kStats, StepSource::kTimings, StepSource::kChunks}) {
    for (const StepDetail detail :
         {StepDetail::kEach, StepDetail::kCount, StepDetail::kDraftTokens}) {
      const StepBasis basis = {.source = source, .detail = detail};
      if (ShareOf(requests, basis) >= kSourceShareMin) return basis;
    }
  }
  return std::nullopt;
}

std::optional<AcceptanceFigures> AcceptanceOf(const AcceptanceInput& input) {
  const auto [source, detail] = input.basis;
  AcceptanceFigures figures;
  figures.source = NamedSource(source);
  SetCounts(input, figures);
  figures.per_step =
      detail >= StepDetail::kCount
          ? ByConversation(input, [](const StepSums& s) { return Ratio(s.tokens, s.steps); })
          : std::nullopt;
  if (source != StepSource::kChunks) {
    figures.accept_rate =
        ByConversation(input, [](const StepSums& s) { return Ratio(s.accepted, s.drafted); });
  }
  if (!figures.per_step && !figures.accept_rate) return std::nullopt;
  if (detail == StepDetail::kEach) {
    if (source != StepSource::kChunks) {
      figures.per_draft = ByConversation(input, [](const StepSums& s) {
        return Ratio(uint64_t{s.drafts} + s.accepted, s.drafts);
      });
    }
    SetLengths(input, figures);
  }
  figures.merged_share = input.merged_share;
  figures.approximate = source == StepSource::kChunks &&
                        (!input.merged_share || *input.merged_share > kMergedShareMax);
  return figures;
}

std::optional<double> MergedShare(std::span<const SettledRequest> requests, double engine_steps) {
  if (!(engine_steps > 0)) return std::nullopt;
  uint64_t chunks = 0;
  for (const SettledRequest& request : requests) {
    if (request.chunks > 1) chunks += request.chunks - 1;
  }
  const double share = 1 - static_cast<double>(chunks) / engine_steps;
  if (share < -kMergedShareMax) return std::nullopt;
  return std::max(share, 0.0);
}

}  // namespace specctl
