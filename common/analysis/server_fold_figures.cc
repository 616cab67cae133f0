// What ServerFold says of the whole run.
#include <algorithm>
#include <set>
#include <utility>

#include "common/analysis/acceptance_counters.h"
#include "common/analysis/server_fold.h"
#include "common/analysis/server_sums.h"

namespace specctl {

std::optional<GaugeSummary> ServerFold::GaugeOver(size_t gauge, WindowRange windows,
                                                  std::optional<uint32_t> url) const {
  size_t end = 0;
  for (const Target& target : targets_) {
    if (!url || target.url == *url) end = std::max(end, target.windows.size());
  }
  GaugeSummary figure;
  double total = 0;
  size_t count = 0;
  for (size_t i = windows.first; i < std::min(windows.last, end); ++i) {
    const std::optional<double> value = GaugeAt(gauge, i, url);
    if (!value) continue;
    figure.max = std::max(figure.max, *value);
    total += *value;
    ++count;
  }
  if (count == 0) return std::nullopt;
  figure.mean = total / static_cast<double>(count);
  return figure;
}

namespace {

// By rank, with the acceptance of each.
std::vector<RankCounters> RanksOf(const std::vector<const ServerSeries*>& servers) {
  std::vector<RankCounters> ranks = RanksOfReplicas(servers);
  for (RankCounters& rank : ranks) {
    rank.acceptance = AcceptanceOfCounters(rank.counters, /*all_ok=*/false);
  }
  return ranks;
}

}  // namespace

TargetCounters ServerFold::CountersOf(const Target& target, uint32_t metrics) {
  TargetCounters counters;
  counters.metrics = metrics;
  counters.url = target.source.url;
  // Counters of a server that two targets name are of neither alone.
  if (!target.has_duplicate) counters.target = target.source.target;
  counters.counters = target.series.Counters();
  counters.ranks = RanksOf({&target.series});
  counters.latencies = LatenciesOf({&target.series});
  return counters;
}

struct ServerFold::Judged {
  WindowRange windows;
  ServerFigures& figures;
  size_t servers = 0;
  std::vector<const ServerSeries*> whole = {};  // scraped before and after
  std::set<std::string> other_names = {};
};

// Says what is odd of a server; whether its counters are those of the run.
bool ServerFold::IsWhole(const Target& target, Judged& judged) const {
  ServerFigures& figures = judged.figures;
  const ServerSeries& series = target.series;
  const std::string& url = target.source.url;
  // Counted under the other's URL.
  if (target.same_as) {
    figures.duplicates.emplace_back(url, targets_[*target.same_as].source.url);
    return false;
  }
  ++judged.servers;
  if (series.Alternates()) {
    figures.alternating.emplace_back(url, series.Falls());
    return false;
  }
  figures.resets += series.Falls();
  figures.any_known = figures.any_known || series.KnowsAny();
  for (std::string& name : series.OtherNames()) judged.other_names.insert(std::move(name));
  // Without one of its two ends the growth is not the run's.
  if (!series.is_whole()) return false;
  judged.whole.push_back(&series);
  return true;
}

// The replicas of a name are one entry.
void ServerFold::AddName(uint32_t url, Judged& judged) const {
  const MetricsSource& name = targets_[url].source;
  ReplicaCount count{.url = name.url};
  const size_t servers_before = judged.servers, whole_before = judged.whole.size();
  bool shared = false;
  for (size_t i = urls_; i < targets_.size(); ++i) {
    const Target& replica = targets_[i];
    if (replica.url != url) continue;
    if (!replica.same_as) {
      ++(replica.born ? count.born : count.first);
      count.gone += replica.gone ? 1 : 0;
    }
    const bool of_another = replica.same_as && targets_[*replica.same_as].url != url;
    shared = shared || replica.has_duplicate || of_another;
    IsWhole(replica, judged);
  }
  // Of a name that was never found nothing is known.
  if (count.first + count.born == 0) ++judged.servers;
  judged.figures.replicas.push_back(std::move(count));
  const std::vector<const ServerSeries*> whole(
      judged.whole.begin() + static_cast<std::ptrdiff_t>(whole_before), judged.whole.end());
  if (whole.empty()) return;
  TargetCounters counters;
  counters.metrics = url;
  counters.url = name.url;
  // Counters of some of its replicas are not the target's.
  const bool all = whole.size() == judged.servers - servers_before && !shared;
  if (all) counters.target = name.target;
  counters.counters = SumOfReplicas(whole);
  counters.ranks = RanksOf(whole);
  counters.latencies = LatenciesOf(whole);
  judged.figures.targets.push_back(std::move(counters));
}

// What is said of each URL.
void ServerFold::SetTargets(Judged& judged) const {
  for (uint32_t i = 0; i < urls_; ++i) {
    const Target& target = targets_[i];
    if (target.is_name) {
      AddName(i, judged);
    } else if (IsWhole(target, judged)) {
      judged.figures.targets.push_back(CountersOf(target, i));
    }
  }
  ServerFigures& figures = judged.figures;
  for (TargetCounters& counters : figures.targets) {
    counters.running = GaugeOver(0, judged.windows, counters.metrics);
    counters.waiting = GaugeOver(1, judged.windows, counters.metrics);
  }
  figures.other_names.assign(judged.other_names.begin(), judged.other_names.end());
  figures.complete = judged.servers > 0 && judged.whole.size() == judged.servers;
}

std::vector<ScrapeFailure> ServerFold::Failures() const {
  std::vector<ScrapeFailure> failures;
  for (const Target& target : targets_) {
    const auto of_target = target.series.failures();
    failures.insert(failures.end(), of_target.begin(), of_target.end());
  }
  return failures;
}

std::optional<ServerFigures> ServerFold::Figures(size_t first_window, size_t last_window) const {
  if (scrapes_ == 0) return std::nullopt;
  SettleDuplicates();
  ServerFigures figures;
  Judged judged{.windows = {first_window, last_window}, .figures = figures};
  SetTargets(judged);
  // Of servers that take turns, others' sums would be taken for all.
  if (figures.alternating.empty()) {
    SetSums(figures);
    SetLatencies(judged.whole, figures);
    const auto hits = Growth(ServerFigure::kPrefixHits);
    const auto queries = Growth(ServerFigure::kPrefixQueries);
    if (hits && queries.value_or(0) > 0) figures.sums.prefix_hit_rate = *hits / *queries;
    figures.running = GaugeOver(0, judged.windows);
    figures.waiting = GaugeOver(1, judged.windows);
    figures.kv_cache_share = GaugeOver(2, judged.windows);
  }
  figures.scrapes = scrapes_;
  figures.scrapes_failed = scrapes_failed_;
  return figures;
}

}  // namespace specctl
