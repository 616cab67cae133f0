#include "common/analysis/server_fold.h"

#include <algorithm>
#include <set>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/analysis/stages.h"
#include "common/analysis/window_table.h"
#include "common/figures/catalogue.h"

namespace specctl {
namespace {

// scheme://host:port of a URL, as far as it has them.
std::string_view OriginOf(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t path = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  return url.substr(0, path);
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
  for (const TargetCounters& target : figures.targets) {
    AddUp(target.counters.accepted_by_position, figures.sums.accepted_by_position);
  }
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
  for (MetricsSource& source : sources) targets_.emplace_back().source = std::move(source);
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
    const auto growth = target.same_as ? std::nullopt : target.series.Values()[figure];
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
  // A gauge holds until it is read again.
  for (size_t i = std::min(window, target.windows.size() - 1) + 1; i-- > 0;) {
    if (!target.windows[i].scraped) continue;
    const Gauge& of = target.windows[i].gauges[gauge];
    if (of.scrapes == 0) return std::nullopt;
    return of.sum / of.scrapes;
  }
  return std::nullopt;
}

std::optional<double> ServerFold::GaugeAt(size_t gauge, size_t window) const {
  std::optional<double> sum;
  size_t targets = 0;
  for (const Target& target : targets_) {
    if (!Counts(target)) continue;
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
          .accepted_tokens = SpreadAt(2, index)};
}

absl::Status ServerFold::ApplyScrape(const Scraped& scraped) {
  if (scraped.target >= targets_.size()) {
    return absl::DataLossError(
        absl::StrFormat("scrape of target %d: need one below %d", scraped.target, targets_.size()));
  }
  Target& target = targets_[scraped.target];
  ++scrapes_;
  if (!scraped.error.empty()) ++scrapes_failed_;
  std::array<double, 3> before{};
  for (size_t i = 0; i < kSpread.size(); ++i) {
    before[i] = target.series.Growth(kSpread[i]).value_or(0);
  }
  const absl::Status status = target.series.ApplySamples(scraped, engines_);
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
      targets_[of].has_duplicate = true;
    }
  }
}

std::optional<GaugeSummary> ServerFold::GaugeOver(size_t gauge, size_t first, size_t last) const {
  size_t end = 0;
  for (const Target& target : targets_) end = std::max(end, target.windows.size());
  return SummaryOver(first, std::min(last, end), [&](size_t i) { return GaugeAt(gauge, i); });
}

std::optional<GaugeSummary> ServerFold::GaugeOfTarget(const Target& target, size_t gauge,
                                                      size_t first, size_t last) {
  return SummaryOver(first, std::min(last, target.windows.size()),
                     [&](size_t i) { return GaugeOf(target, gauge, i); });
}

std::optional<GaugeSummary> ServerFold::SummaryOver(
    size_t first, size_t last, const std::function<std::optional<double>(size_t)>& value_at) {
  GaugeSummary figure;
  double total = 0;
  size_t count = 0;
  for (size_t i = first; i < last; ++i) {
    const std::optional<double> value = value_at(i);
    if (!value) continue;
    figure.max = std::max(figure.max, *value);
    total += *value;
    ++count;
  }
  if (count == 0) return std::nullopt;
  figure.mean = total / static_cast<double>(count);
  return figure;
}

// What is said of each URL.
void ServerFold::SetTargets(size_t first, size_t last, ServerFigures& figures) const {
  size_t servers = 0;
  std::set<std::string> other_names;
  for (uint32_t i = 0; i < targets_.size(); ++i) {
    const Target& target = targets_[i];
    const ServerSeries& series = target.series;
    const std::string& url = target.source.url;
    // Counted under the other's URL.
    if (target.same_as) {
      figures.duplicates.emplace_back(url, targets_[*target.same_as].source.url);
      continue;
    }
    ++servers;
    if (series.Alternates()) {
      figures.alternating.emplace_back(url, series.Falls());
      continue;
    }
    figures.resets += series.Falls();
    figures.any_known = figures.any_known || series.KnowsAny();
    for (std::string& name : series.OtherNames()) other_names.insert(std::move(name));
    // Without one of its two ends the growth is not the run's.
    if (!series.is_whole()) continue;
    // Counters of a server that two targets name are of neither alone.
    figures.targets.push_back({.metrics = i,
                               .url = url,
                               .target = target.has_duplicate ? std::nullopt : target.source.target,
                               .counters = series.Counters(),
                               .running = GaugeOfTarget(target, 0, first, last),
                               .waiting = GaugeOfTarget(target, 1, first, last)});
  }
  figures.other_names.assign(other_names.begin(), other_names.end());
  figures.complete = servers > 0 && figures.targets.size() == servers;
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
  SetTargets(first_window, last_window, figures);
  // Of servers that take turns, others' sums would be taken for all.
  if (figures.alternating.empty()) {
    SetSums(figures);
    const auto hits = Growth(ServerFigure::kPrefixHits);
    const auto queries = Growth(ServerFigure::kPrefixQueries);
    if (hits && queries.value_or(0) > 0) figures.sums.prefix_hit_rate = *hits / *queries;
    figures.running = GaugeOver(0, first_window, last_window);
    figures.waiting = GaugeOver(1, first_window, last_window);
    figures.kv_cache_share = GaugeOver(2, first_window, last_window);
  }
  figures.scrapes = scrapes_;
  figures.scrapes_failed = scrapes_failed_;
  return figures;
}

}  // namespace specctl
