#include "common/analysis/server_sums.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "common/figures/catalogue.h"

namespace specctl {
namespace {

constexpr double kMsPerS = 1e3;

void AddTo(std::optional<double>& sum, const std::optional<double>& value) {
  if (value) sum = sum.value_or(0) + *value;
}

void AddUp(const std::vector<double>& from, std::vector<double>& to) {
  if (to.size() < from.size()) to.resize(from.size());
  for (size_t i = 0; i < from.size(); ++i) to[i] += from[i];
}

// The sum over the targets that have the counter; says where not all have it.
template <std::optional<double> ServerCounters::*kCounter>
void SumUp(ServerFigures& figures) {
  std::optional<double>& sum = figures.sums.*kCounter;
  std::vector<std::string> urls;
  for (const TargetCounters& target : figures.targets) {
    const std::optional<double>& value = target.counters.*kCounter;
    if (!value) continue;
    sum = sum.value_or(0) + *value;
    urls.push_back(target.url);
  }
  // A sum over some of the servers is shown, but named as such.
  const bool partial = urls.size() < figures.targets.size() || !figures.complete;
  if (!sum || !partial) return;
  figures.partial.emplace_back(std::string(DefinitionOf<kCounter>().key), std::move(urls));
}

using CountersOfTargets = std::vector<const ServerCounters*>;

template <class Counter>
std::optional<double> SumOfAll(const CountersOfTargets& targets, Counter ServerCounters::*counter) {
  std::optional<double> sum;
  for (const ServerCounters* target : targets) {
    if (!(target->*counter)) return std::nullopt;
    sum = sum.value_or(0) + *(target->*counter);
  }
  return sum;
}

// Empty where a target that drafts has none.
std::vector<double> SumByPosition(const CountersOfTargets& targets,
                                  std::vector<double> ServerCounters::*counter) {
  std::vector<double> sum;
  for (const ServerCounters* target : targets) {
    if ((target->*counter).empty() && target->drafts.value_or(0) > 0) return {};
    AddUp(target->*counter, sum);
  }
  return sum;
}

// Of servers of one kind.
ServerCounters SumOfOneKind(const std::vector<ServerCounters>& counters) {
  CountersOfTargets all;
  for (const ServerCounters& of : counters) {
    // One that did nothing has nothing to add: some engines name a family at its first event.
    const bool idle = of.generated_tokens.value_or(0) == 0 && of.requests_finished.value_or(0) == 0;
    if (!idle || counters.size() == 1) all.push_back(&of);
  }
  if (all.empty() && !counters.empty()) all.push_back(&counters.front());
  ServerCounters sums;
  // A sum without one that was at work would be taken for that of all.
  for (const auto counter :
       {&ServerCounters::generated_tokens, &ServerCounters::prompt_tokens,
        &ServerCounters::first_tokens, &ServerCounters::drafts, &ServerCounters::drafted_tokens,
        &ServerCounters::accepted_tokens, &ServerCounters::engine_steps,
        &ServerCounters::preemptions, &ServerCounters::requests_finished}) {
    sums.*counter = SumOfAll(all, counter);
  }
  sums.accepted_by_position = SumByPosition(all, &ServerCounters::accepted_by_position);
  sums.drafted_by_position = SumByPosition(all, &ServerCounters::drafted_by_position);
  return sums;
}

std::optional<HistogramQuantile> InMs(const std::optional<BucketQuantile>& quantile) {
  if (!quantile) return std::nullopt;
  HistogramQuantile in_ms{.low_ms = quantile->low * kMsPerS, .high_ms = {}, .value_ms = {}};
  if (quantile->high) in_ms.high_ms = *quantile->high * kMsPerS;
  if (quantile->value) in_ms.value_ms = *quantile->value * kMsPerS;
  return in_ms;
}

std::optional<HistogramFigure> HistogramOf(const std::vector<const ServerSeries*>& servers,
                                           ServerFigure figure) {
  std::optional<BucketHistogram> sum;
  for (const ServerSeries* server : servers) {
    std::optional<BucketHistogram> histogram = server->Histogram(figure);
    // One that generated nothing has nothing to add: some engines name a family at its first event.
    if (!histogram && server->Growth(ServerFigure::kGeneratedTokens).value_or(0) == 0) continue;
    if (!histogram) return std::nullopt;
    if (!sum) {
      sum = std::move(histogram);
    } else if (!sum->AddAll(*histogram)) {
      return std::nullopt;
    }
  }
  if (!sum) return std::nullopt;
  const auto p50 = InMs(sum->Quantile(0.5)), p90 = InMs(sum->Quantile(0.9)),
             p99 = InMs(sum->Quantile(0.99));
  if (!p50 || !p90 || !p99) return std::nullopt;
  return HistogramFigure{.count = sum->count(), .p50 = *p50, .p90 = *p90, .p99 = *p99};
}

}  // namespace

void SetSums(ServerFigures& figures) {
  SumUp<&ServerCounters::generated_tokens>(figures);
  SumUp<&ServerCounters::prompt_tokens>(figures);
  SumUp<&ServerCounters::first_tokens>(figures);
  SumUp<&ServerCounters::drafts>(figures);
  SumUp<&ServerCounters::drafted_tokens>(figures);
  SumUp<&ServerCounters::accepted_tokens>(figures);
  SumUp<&ServerCounters::engine_steps>(figures);
  SumUp<&ServerCounters::preemptions>(figures);
  SumUp<&ServerCounters::requests_finished>(figures);
  CountersOfTargets all;
  for (const TargetCounters& target : figures.targets) all.push_back(&target.counters);
  figures.sums.accepted_by_position = SumByPosition(all, &ServerCounters::accepted_by_position);
  figures.sums.drafted_by_position = SumByPosition(all, &ServerCounters::drafted_by_position);
}

ServerCounters SpeculationSums(const ServerFigures& figures) {
  CountersOfTargets targets;
  // Of servers that take turns, others' sums would be taken for all.
  if (!figures.alternating.empty()) return {};
  for (const TargetCounters& target : figures.targets) {
    const ServerCounters& counters = target.counters;
    if (!counters.drafts || !counters.accepted_tokens) continue;
    // One that has not drafted counts by its steps, which were without.
    if (*counters.drafts > 0 || counters.engine_steps) targets.push_back(&counters);
  }
  ServerCounters sums;
  for (auto counter :
       {&ServerCounters::generated_tokens, &ServerCounters::first_tokens, &ServerCounters::drafts,
        &ServerCounters::drafted_tokens, &ServerCounters::accepted_tokens,
        &ServerCounters::engine_steps, &ServerCounters::requests_finished}) {
    sums.*counter = SumOfAll(targets, counter);
  }
  sums.accepted_by_position = SumByPosition(targets, &ServerCounters::accepted_by_position);
  sums.drafted_by_position = SumByPosition(targets, &ServerCounters::drafted_by_position);
  return sums;
}

ServerCounters SumOfReplicas(const std::vector<const ServerSeries*>& servers) {
  std::vector<ServerCounters> counters;
  for (const ServerSeries* server : servers) counters.push_back(server->Counters());
  ServerCounters sums = SumOfOneKind(counters);
  std::optional<double> hits, queries;
  for (const ServerSeries* server : servers) {
    const FigureValues values = server->Values();
    AddTo(hits, values[ServerFigure::kPrefixHits]);
    AddTo(queries, values[ServerFigure::kPrefixQueries]);
  }
  if (hits && queries.value_or(0) > 0) sums.prefix_hit_rate = *hits / *queries;
  return sums;
}

std::vector<RankCounters> RanksOfReplicas(const std::vector<const ServerSeries*>& servers) {
  // "10" is behind "9".
  const auto by_number = [](const std::string& a, const std::string& b) {
    return std::pair(a.size(), a) < std::pair(b.size(), b);
  };
  std::map<std::string, std::vector<ServerCounters>, decltype(by_number)> by_rank(by_number);
  for (const ServerSeries* server : servers) {
    for (RankCounters& rank : server->Ranks()) {
      by_rank[rank.rank].push_back(std::move(rank.counters));
    }
  }
  std::vector<RankCounters> ranks;
  if (by_rank.size() < 2) return ranks;
  for (const auto& [rank, counters] : by_rank) {
    ranks.push_back({rank, counters.size() == 1 ? counters.front() : SumOfOneKind(counters), {}});
  }
  return ranks;
}

ServerLatencies LatenciesOf(const std::vector<const ServerSeries*>& servers) {
  return {.ttft_ms = HistogramOf(servers, ServerFigure::kTtft),
          .queue_ms = HistogramOf(servers, ServerFigure::kQueueTime),
          .itl_ms = HistogramOf(servers, ServerFigure::kItl),
          .step_latency_ms = HistogramOf(servers, ServerFigure::kStepLatency)};
}

void SetLatencies(const std::vector<const ServerSeries*>& servers, ServerFigures& figures) {
  figures.latencies = LatenciesOf(servers);
  if (figures.complete) return;
  for (const FigureOf<ServerLatencies>& figure : ServerLatencyCatalogue()) {
    if (IsAbsent(figure.read(figures.latencies))) continue;
    std::vector<std::string> urls;
    for (const TargetCounters& target : figures.targets) urls.push_back(target.url);
    figures.partial.emplace_back(figure.key, std::move(urls));
  }
}

}  // namespace specctl
