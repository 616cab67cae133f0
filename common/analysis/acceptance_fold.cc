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

std::optional<Estimate> ByConversation(const AcceptanceInput& input, const Term& term) {
  std::vector<RatioTerm> clusters;
  std::optional<uint64_t> position;
  for (const SettledRequest* request : *input.requests) {
    const StepSums& sums = request->StepsFrom(input.source);
    if (!request->ok() || !sums.known) continue;
    if (position != request->position) clusters.emplace_back();
    position = request->position;
    const RatioTerm add = term(sums);
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
  uint64_t ok = 0, known = 0, with_steps = 0;
  double lengths = 0;
  for (const SettledRequest* request : *input.requests) {
    if (!request->ok()) continue;
    ++ok;
    const StepSums& sums = request->StepsFrom(input.source);
    if (!sums.known) continue;
    ++known;
    figures.steps += sums.steps;
    figures.drafts += sums.drafts;
    if (sums.steps == 0) continue;
    ++with_steps;
    lengths += static_cast<double>(sums.tokens) / sums.steps;
  }
  figures.source_share = ok == 0 ? 0 : static_cast<double>(known) / static_cast<double>(ok);
  if (with_steps > 0) figures.request_macro_mean = lengths / static_cast<double>(with_steps);
}

}  // namespace

double SourceShare(std::span<const SettledRequest> requests, StepSource source) {
  uint64_t ok = 0, known = 0;
  for (const SettledRequest& request : requests) {
    if (!request.ok()) continue;
    ++ok;
    if (request.StepsFrom(source).known) ++known;
  }
  return ok == 0 ? 0 : static_cast<double>(known) / static_cast<double>(ok);
}

std::optional<StepSource> ChooseSource(std::span<const SettledRequest> requests) {
  for (const StepSource source : {StepSource::kStats, StepSource::kChunks}) {
    if (SourceShare(requests, source) >= kSourceShareMin) return source;
  }
  return std::nullopt;
}

std::optional<AcceptanceFigures> AcceptanceOf(const AcceptanceInput& input) {
  AcceptanceFigures figures;
  figures.source = input.source == StepSource::kStats ? AcceptanceSource::kPerRequest
                                                      : AcceptanceSource::kChunks;
  SetCounts(input, figures);
  if (figures.steps == 0) return std::nullopt;
  figures.per_step =
      ByConversation(input, [](const StepSums& s) { return Ratio(s.tokens, s.steps); });
  if (input.source == StepSource::kStats) {
    figures.per_draft = ByConversation(
        input, [](const StepSums& s) { return Ratio(uint64_t{s.drafts} + s.accepted, s.drafts); });
    figures.accept_rate =
        ByConversation(input, [](const StepSums& s) { return Ratio(s.accepted, s.drafted); });
  }
  figures.conditional = ConditionalRates(*input.lengths);
  figures.joint = JointRates(*input.lengths);
  figures.histogram = input.lengths->lengths;
  while (!figures.histogram.empty() && figures.histogram.back() == 0) figures.histogram.pop_back();
  figures.merged_share = input.merged_share;
  figures.approximate = input.source == StepSource::kChunks &&
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
