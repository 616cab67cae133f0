#include "common/analysis/run_acceptance.h"

#include <algorithm>

#include "common/analysis/acceptance_counters.h"
#include "common/analysis/server_sums.h"
#include "common/analysis/statistics_basis.h"
#include "common/analysis/token_check.h"
#include "common/engine/engine_profile.h"

namespace specctl {
namespace {

bool CountsDrafts(const EngineProfile& engine) {
  const bool own = std::any_of(
      engine.metrics.begin(), engine.metrics.end(),
      [](const MetricFamily& family) { return family.figure == ServerFigure::kDrafts; });
  return own || (engine.built_on != nullptr && CountsDrafts(engine.built_on()));
}

std::vector<TargetFacts> FactsOf(const RunContext& run,
                                 const std::optional<ServerFigures>& servers) {
  std::vector<TargetFacts> facts(run.spec().targets.size());
  for (uint32_t i = 0; i < facts.size(); ++i) {
    const TargetProbed* const probed = run.Target(i);
    if (probed != nullptr) facts[i].draft_length = probed->identity.draft_length;
    facts[i].chunk_is_step = run.ChunkIsStep(i);
    if (probed != nullptr) {
      const EngineProfile& engine = ProfileNamed(probed->engine);
      // An engine without such a counter says nothing by not having it.
      facts[i].counts_drafts = CountsDrafts(engine);
      facts[i].always_counts_drafts = engine.always_counts_drafts;
    }
    if (servers) facts[i].counters = servers->OfTarget(i);
  }
  return facts;
}

// Whether as many tokens came as the servers made.
bool AllArrived(std::span<const SettledRequest> requests, const ServerFigures& servers) {
  double tokens = 0;
  for (const SettledRequest& request : requests) tokens += request.output_tokens.value_or(0);
  return servers.sums.generated_tokens == tokens;
}

RequestSet SetOf(std::span<const SettledRequest> requests) {
  RequestSet set;
  set.reserve(requests.size());
  for (const SettledRequest& request : requests) set.push_back(&request);
  return set;
}

}  // namespace

RunAcceptance::RunAcceptance(const RunContext& run, std::span<const SettledRequest> requests,
                             const StepStore& store, const std::optional<ServerFigures>& servers)
    : store_(store), bases_(ChooseBases(requests, FactsOf(run, servers), store)) {
  // Not scraped: no counters to stand in.
  if (!servers) return;
  // Only then does a request that finished stand for a first token.
  const bool all_ok = std::all_of(requests.begin(), requests.end(),
                                  [](const SettledRequest& request) { return request.ok(); });
  of_counters_ = AcceptanceOfCounters(SpeculationSums(*servers), all_ok);
  // vLLM's engine counts what its step made beyond a stop string, and nobody was sent.
  if (of_counters_ && HasStopStrings(run) && !AllArrived(requests, *servers)) {
    of_counters_->delivered_per_step.reset();
  }
}

std::optional<AcceptanceFigures> RunAcceptance::Of(const RequestSet& requests) const {
  return AcceptanceOf({.requests = &requests, .bases = bases_, .store = &store_});
}

std::optional<AcceptanceFigures> RunAcceptance::Headline(const RequestSet& requests) const {
  // Counters are of the whole run, and stand in only where no target tells of single requests.
  const bool counters_alone = std::all_of(bases_.begin(), bases_.end(), [](const TargetBasis& t) {
    return !t.told.speculates || t.told.source == AcceptanceSource::kCounters;
  });
  const bool any = std::any_of(bases_.begin(), bases_.end(),
                               [](const TargetBasis& t) { return t.told.speculates; });
  return any && counters_alone ? of_counters_ : Of(requests);
}

std::optional<AcceptanceFigures> RunAcceptance::FromChunks(const RequestSet& requests) const {
  const bool other_source = std::any_of(bases_.begin(), bases_.end(), [](const TargetBasis& t) {
    return t.told.speculates && t.told.source != AcceptanceSource::kChunks;
  });
  if (!other_source) return std::nullopt;
  return AcceptanceFromChunks({.requests = &requests, .bases = bases_, .store = &store_});
}

std::optional<AcceptanceFigures> RunAcceptance::AllFromChunks(
    std::span<const SettledRequest> requests) const {
  const RequestSet set = SetOf(requests);
  return AcceptanceFromChunks({.requests = &set, .bases = bases_, .store = &store_});
}

std::optional<AcceptanceFigures> RunAcceptance::FromStatistics(
    std::span<const SettledRequest> requests) const {
  const RequestSet set = SetOf(requests);
  const std::vector<TargetBasis> bases = StatisticsOf(requests);
  return AcceptanceOf({.requests = &set, .bases = bases, .store = &store_});
}

std::vector<TargetBasis> RunAcceptance::StatisticsOf(
    std::span<const SettledRequest> requests) const {
  return StatisticsBases(requests, bases_);
}

std::vector<TargetAcceptance> RunAcceptance::Sources() const {
  std::vector<TargetAcceptance> sources;
  for (const TargetBasis& target : bases_) sources.push_back(target.told);
  return sources;
}

}  // namespace specctl
