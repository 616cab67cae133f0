#include "common/analysis/server_fold.h"

#include <algorithm>
#include <set>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/analysis/acceptance_counters.h"
#include "common/analysis/server_sums.h"
#include "common/analysis/stages.h"
#include "common/analysis/window_table.h"
#include "common/net/url.h"

namespace specctl {
namespace {

// In a run; each has its own series.
constexpr size_t kReplicasMax = 10'000;

// scheme://host:port of a URL, as far as it has them.
std::string_view OriginOf(std::string_view url) {
  if (url.starts_with(kAllAddressesPrefix)) url.remove_prefix(kAllAddressesPrefix.size());
  const size_t scheme = url.find("://");
  const size_t path = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  return url.substr(0, path);
}

}  // namespace

std::vector<MetricsSource> MetricsSourcesOf(const RunSpec& spec) {
  std::vector<MetricsSource> sources;
  if (!spec.server_metrics) return sources;
  const std::vector<std::string> targets = TargetUrls(spec);
  if (spec.metrics_urls.empty()) {
    for (uint32_t i = 0; i < targets.size(); ++i) sources.push_back({targets[i], i});
    return sources;
  }
  for (const std::string& url : spec.metrics_urls) sources.push_back({url, std::nullopt});
  // URLs named apart are the targets' own where they are as many, in order, at the same hosts.
  bool in_order = sources.size() == targets.size();
  for (size_t i = 0; i < targets.size() && in_order; ++i) {
    in_order = sources[i].url.empty() || OriginOf(sources[i].url) == OriginOf(targets[i]);
  }
  for (uint32_t i = 0; i < sources.size(); ++i) {
    if (in_order) sources[i].target = i;
    // One server, one URL: an exporter on another port is still its own.
    if (targets.size() == 1 && sources.size() == 1) sources[i].target = 0;
  }
  return sources;
}

void ServerFold::Begin(std::vector<MetricsSource> sources) {
  for (MetricsSource& source : sources) {
    Target& target = targets_.emplace_back();
    target.url = static_cast<uint32_t>(urls_++);
    target.is_name = source.url.starts_with(kAllAddressesPrefix);
    target.source = std::move(source);
  }
}

void ServerFold::AddEngine(std::string_view engine) {
  const EngineProfile* profile = &ProfileNamed(engine);
  if (std::find(engines_.begin(), engines_.end(), profile) == engines_.end()) {
    engines_.push_back(profile);
  }
}

std::optional<double> ServerFold::Growth(ServerFigure figure) const {
  std::optional<double> sum;
  for (const Target& target : targets_) {
    const bool counts = !target.same_as && !target.is_name;
    const auto growth = counts ? target.series.Values()[figure] : std::nullopt;
    if (growth) sum = sum.value_or(0) + *growth;
  }
  return sum;
}

// --- windows -------------------------------------------------------------------------------------

void ServerFold::AddWindows(const Scraped& scraped, const std::array<double, 3>& before,
                            Target& target) {
  if (!t0_mono_ns_) return;
  // The server's counters were read somewhere in this exchange.
  const int64_t time_ns =
      scraped.begin_mono_ns + (scraped.end_mono_ns - scraped.begin_mono_ns) / 2 - *t0_mono_ns_;
  // The scrape before the run only sets where counters begin.
  if (time_ns < 0 || !WindowTable::IsPlausible(time_ns)) return;
  std::vector<Window>& windows = target.windows;
  const auto last = static_cast<size_t>(time_ns / kSecondNs);
  if (last >= windows.size()) windows.resize(last + 1);
  const int64_t from_ns = std::max<int64_t>(target.last_scrape_ns, 0);
  // When the counters grew between the two scrapes is not known: it is spread evenly.
  for (auto index = static_cast<size_t>(from_ns / kSecondNs); index <= last; ++index) {
    const int64_t start_ns = static_cast<int64_t>(index) * kSecondNs;
    const int64_t overlap_ns =
        std::min(time_ns, start_ns + kSecondNs) - std::max(from_ns, start_ns);
    if (overlap_ns <= 0) continue;
    const double share = static_cast<double>(overlap_ns) / static_cast<double>(time_ns - from_ns);
    for (size_t i = 0; i < kSpread.size(); ++i) {
      const double grown = target.series.Growth(kSpread[i]).value_or(before[i]) - before[i];
      // Never below 0: which series count may change between two scrapes.
      windows[index].growth[i] += std::max(grown, 0.0) * share;
    }
  }
  target.last_scrape_ns = time_ns;
  windows[last].scraped = true;
  for (size_t i = 0; i < kGauges.size(); ++i) {
    const auto value = target.series.Gauge(kGauges[i]);
    if (!value) continue;
    windows[last].gauges[i].sum += *value;
    ++windows[last].gauges[i].scrapes;
  }
}

std::optional<double> ServerFold::GaugeOf(const Target& target, size_t gauge, size_t window) {
  if (target.windows.empty()) return std::nullopt;
  if (target.gone && window >= target.windows.size()) return std::nullopt;
  // A gauge holds until it is read again.
  for (size_t i = std::min(window, target.windows.size() - 1) + 1; i-- > 0;) {
    if (!target.windows[i].scraped) continue;
    const Gauge& of = target.windows[i].gauges[gauge];
    if (of.scrapes == 0) return std::nullopt;
    return of.sum / of.scrapes;
  }
  return std::nullopt;
}

std::optional<double> ServerFold::GaugeAt(size_t gauge, size_t window,
                                          std::optional<uint32_t> url) const {
  std::optional<double> sum;
  size_t targets = 0;
  for (const Target& target : targets_) {
    if (!Counts(target) || (url && target.url != *url)) continue;
    const std::optional<double> value = GaugeOf(target, gauge, window);
    if (!value) continue;
    sum = sum.value_or(0) + *value;
    ++targets;
  }
  const bool is_share = kGauges[gauge] == ServerFigure::kKvCacheShare;
  // Shares of equal caches are averaged, counts are added up.
  return sum && is_share ? *sum / static_cast<double>(targets) : sum;
}

std::optional<double> ServerFold::SpreadAt(size_t counter, size_t window) const {
  std::optional<double> sum;
  for (const Target& target : targets_) {
    if (!Counts(target) || !target.series.Knows(kSpread[counter])) continue;
    const bool in = window < target.windows.size();
    sum = sum.value_or(0) + (in ? target.windows[window].growth[counter] : 0);
  }
  return sum;
}

// Read in that second, or in both beside it: scrapes don't keep to the run's seconds.
bool ServerFold::HasRead(const Target& target, size_t window) const {
  const auto read = [&](size_t at) {
    return at < target.windows.size() && target.windows[at].scraped;
  };
  return read(window) || (window > 0 && read(window - 1) && read(window + 1));
}

ServerWindow ServerFold::WindowAt(size_t index) const {
  const bool scraped = std::any_of(targets_.begin(), targets_.end(), [&](const Target& target) {
    return index < target.windows.size();
  });
  if (!scraped) return {};
  return {.running = GaugeAt(0, index),
          .waiting = GaugeAt(1, index),
          .kv_cache_share = GaugeAt(2, index),
          .generated_tokens = SpreadAt(0, index),
          .drafts = SpreadAt(1, index),
          .accepted_tokens = SpreadAt(2, index),
          .replicas = static_cast<uint64_t>(std::count_if(
              targets_.begin(), targets_.end(),
              [&](const Target& target) { return Counts(target) && HasRead(target, index); }))};
}

// Of a replica that is new, made.
absl::StatusOr<ServerFold::Target*> ServerFold::TargetOf(const Scraped& scraped) {
  if (scraped.target >= urls_) {
    return absl::DataLossError(
        absl::StrFormat("scrape of target %d: need one below %d", scraped.target, urls_));
  }
  if (!scraped.replica) return &targets_[scraped.target];
  const std::pair key(scraped.target, *scraped.replica);
  if (const auto at = replicas_.find(key); at != replicas_.end()) return &targets_[at->second];
  if (!targets_[scraped.target].is_name || replicas_.size() >= kReplicasMax) {
    return absl::DataLossError(absl::StrFormat("scrape of target %d: replica %d of what has none",
                                               scraped.target, *scraped.replica));
  }
  replicas_.emplace(key, targets_.size());
  const std::optional<uint32_t> of = targets_[scraped.target].source.target;
  Target& made = targets_.emplace_back();
  made.source = {.url = scraped.url, .target = of};
  made.url = scraped.target;
  made.born = scraped.kind == ScrapeKind::kDuring;
  return &made;
}

absl::Status ServerFold::ApplyScrape(const Scraped& scraped) {
  const auto found = TargetOf(scraped);
  if (!found.ok()) return found.status();
  Target& target = **found;
  if (scraped.gone) {
    target.gone = true;
    target.series.EndHere();
    return absl::OkStatus();
  }
  ++scrapes_;
  if (!scraped.error.empty()) ++scrapes_failed_;
  std::array<double, 3> before{};
  for (size_t i = 0; i < kSpread.size(); ++i) {
    before[i] = target.series.Growth(kSpread[i]).value_or(0);
  }
  const absl::Status status = target.series.ApplySamples(scraped, engines_);
  // Nothing of it is known before.
  if (target.born && scraped.error.empty()) target.series.BeginHere();
  // A failed scrape has no samples; the next one spreads over the time of both.
  if (scraped.error.empty()) AddWindows(scraped, before, target);
  // Only before and after the run: it compares every pair of targets.
  if (scraped.kind != ScrapeKind::kDuring) FindDuplicates();
  return status;
}

// --- figures -------------------------------------------------------------------------------------

void ServerFold::FindDuplicates() {
  // Anew each time: what looked like one server may be told apart by later values.
  for (size_t i = 0; i < targets_.size(); ++i) {
    targets_[i].same_as.reset();
    targets_[i].has_duplicate = false;
    for (uint32_t of = 0; of < i && !targets_[i].same_as; ++of) {
      if (targets_[of].same_as) continue;
      if (!ServerSeries::AreOneServer(targets_[of].series, targets_[i].series)) continue;
      targets_[i].same_as = of;
      // Two addresses of one replica are still one name's.
      if (targets_[of].url != targets_[i].url) targets_[of].has_duplicate = true;
    }
  }
}

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

TargetCounters ServerFold::CountersOf(const Target& target, uint32_t metrics) {
  TargetCounters counters;
  counters.metrics = metrics;
  counters.url = target.source.url;
  // Counters of a server that two targets name are of neither alone.
  if (!target.has_duplicate) counters.target = target.source.target;
  counters.counters = target.series.Counters();
  counters.ranks = target.series.Ranks();
  for (RankCounters& rank : counters.ranks) {
    rank.acceptance = AcceptanceOfCounters(rank.counters, /*all_ok=*/false);
  }
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
