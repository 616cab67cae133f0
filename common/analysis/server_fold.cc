#include "common/analysis/server_fold.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <absl/strings/str_format.h>

#include "common/analysis/stages.h"
#include "common/analysis/window_table.h"

namespace specctl {
namespace {

constexpr uint32_t kSeriesMax = 100'000;   // of one target
constexpr uint32_t kPositionsMax = 4'096;  // no draft is near this long

size_t Index(ServerFigure figure) { return static_cast<size_t>(figure); }

uint32_t PositionOf(const MetricSeries& series, std::string_view label) {
  for (const auto& [name, value] : series.labels) {
    uint32_t position = 0;
    if (name != label) continue;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), position);
    if (error == std::errc() && end == value.data() + value.size()) return position;
  }
  return kPositionsMax;
}

// scheme://host:port of a URL, as far as it has them.
std::string_view OriginOf(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t path = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  return url.substr(0, path);
}

// Each counter's key, as summary.json has it, and its place.
struct NamedCounter {
  std::string_view key;
  std::optional<double> ServerCounters::*value;
};
constexpr NamedCounter kCounters[] = {
    {"generated_tokens", &ServerCounters::generated_tokens},
    {"prompt_tokens", &ServerCounters::prompt_tokens},
    {"first_tokens", &ServerCounters::first_tokens},
    {"drafts", &ServerCounters::drafts},
    {"drafted_tokens", &ServerCounters::drafted_tokens},
    {"accepted_tokens", &ServerCounters::accepted_tokens},
    {"engine_steps", &ServerCounters::engine_steps},
    {"preemptions", &ServerCounters::preemptions},
    {"requests_finished", &ServerCounters::requests_finished},
};

void AddUp(const std::vector<double>& from, std::vector<double>& to) {
  if (to.size() < from.size()) to.resize(from.size());
  for (size_t i = 0; i < from.size(); ++i) to[i] += from[i];
}

// Sums over the targets that have each, and says where not all have it.
void SetSums(ServerFigures& figures) {
  for (const NamedCounter& counter : kCounters) {
    std::optional<double>& sum = figures.sums.*counter.value;
    std::vector<std::string> urls;
    for (const TargetCounters& target : figures.targets) {
      const std::optional<double>& value = target.counters.*counter.value;
      if (!value) continue;
      sum = sum.value_or(0) + *value;
      urls.push_back(target.url);
    }
    const bool partial = urls.size() < figures.targets.size() || !figures.complete;
    if (sum && partial) figures.partial.emplace_back(std::string(counter.key), std::move(urls));
  }
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
  bool in_order = sources.size() == targets.size();
  for (size_t i = 0; i < targets.size() && in_order; ++i) {
    in_order = sources[i].url.empty() || OriginOf(sources[i].url) == OriginOf(targets[i]);
  }
  for (uint32_t i = 0; i < sources.size(); ++i) {
    if (in_order) sources[i].target = i;
    if (targets.size() == 1 && sources.size() == 1) sources[i].target = 0;
  }
  return sources;
}

bool ServerFold::Target::Knows(ServerFigure figure) const {
  return seen[Index(figure)] && !rounded[Index(figure)];
}

std::optional<double> ServerFold::Target::Grown(ServerFigure figure) const {
  return Knows(figure) ? std::optional(growth[Index(figure)]) : std::nullopt;
}

ServerCounters ServerFold::Target::Counters() const {
  ServerCounters counters;
  counters.generated_tokens = Grown(ServerFigure::kGeneratedTokens);
  counters.prompt_tokens = Grown(ServerFigure::kPromptTokens);
  counters.first_tokens = Grown(ServerFigure::kFirstTokens);
  counters.drafts = Grown(ServerFigure::kDrafts);
  counters.drafted_tokens = Grown(ServerFigure::kDraftedTokens);
  counters.accepted_tokens = Grown(ServerFigure::kAcceptedTokens);
  counters.engine_steps = Grown(ServerFigure::kEngineSteps);
  counters.preemptions = Grown(ServerFigure::kPreemptions);
  counters.requests_finished = Grown(ServerFigure::kRequestsFinished);
  const double queries = growth[Index(ServerFigure::kPrefixQueries)];
  if (queries > 0) {
    counters.prefix_hit_rate = growth[Index(ServerFigure::kPrefixHits)] / queries;
  }
  counters.accepted_by_position = accepted_by_position;
  return counters;
}

void ServerFold::Begin(std::vector<MetricsSource> sources) {
  for (MetricsSource& source : sources) targets_.emplace_back().source = std::move(source);
}

bool ServerFold::Knows(ServerFigure figure) const {
  return std::any_of(targets_.begin(), targets_.end(),
                     [&](const Target& target) { return target.Knows(figure); });
}

double ServerFold::GrowthOf(ServerFigure figure) const {
  double sum = 0;
  for (const Target& target : targets_) sum += target.growth[Index(figure)];
  return sum;
}

void ServerFold::AddEngine(std::string_view engine) {
  const EngineProfile* profile = &ProfileNamed(engine);
  if (std::find(engines_.begin(), engines_.end(), profile) == engines_.end()) {
    engines_.push_back(profile);
  }
}

ServerFold::Series ServerFold::MakeSeries(const MetricSeries& series, Target& target) const {
  Series made;
  for (const EngineProfile* engine : engines_) {
    made.family = FindFamily(*engine, series.name);
    if (made.family != nullptr) break;
  }
  if (made.family == nullptr) return made;
  if (!made.family->position_label.empty()) {
    made.position = PositionOf(series, made.family->position_label);
    if (made.position >= kPositionsMax) made.family = nullptr;
  }
  if (made.family != nullptr && !made.family->other_name) {
    target.has_first_name[Index(made.family->figure)] = true;
  }
  // Not there at the first scrape: nothing had been counted yet.
  if (target.before) made.counter.Observe(0);
  return made;
}

bool ServerFold::Counts(const Series& series, const Target& target) const {
  return series.family != nullptr &&
         !(series.family->other_name && target.has_first_name[Index(series.family->figure)]);
}

void ServerFold::AddSample(Series& series, Target& target, double value) {
  if (!Counts(series, target)) return;
  const size_t figure = Index(series.family->figure);
  target.seen[figure] = true;
  if (!series.family->counter) {
    if (std::isfinite(value)) series.gauge = value;
    return;
  }
  if (value >= series.family->exact_below) target.rounded[figure] = true;
  const double before = series.counter.growth();
  series.counter.Observe(value);
  const double grown = series.counter.growth() - before;
  target.growth[figure] += grown;
  if (series.family->figure != ServerFigure::kAcceptedByPosition) return;
  if (target.accepted_by_position.size() <= series.position) {
    target.accepted_by_position.resize(series.position + 1);
  }
  target.accepted_by_position[series.position] += grown;
}

double ServerFold::GaugeOf(ServerFigure figure) const {
  const bool is_share = figure == ServerFigure::kKvCacheShare;
  double total = 0;
  size_t targets = 0;
  for (const Target& target : targets_) {
    double sum = 0;
    size_t series_count = 0;
    bool mean = is_share;
    for (const Series& series : target.series) {
      if (!Counts(series, target) || series.family->figure != figure) continue;
      sum += series.gauge;
      ++series_count;
      mean = mean || series.family->mean_of_series;
    }
    if (series_count == 0) continue;
    ++targets;
    total += mean ? sum / static_cast<double>(series_count) : sum;
  }
  return is_share && targets > 0 ? total / static_cast<double>(targets) : total;
}

void ServerFold::AddGauges(int64_t time_ns) {
  const auto index = static_cast<size_t>(time_ns / kSecondNs);
  if (index >= windows_.size()) windows_.resize(index + 1);
  ServerWindow& window = windows_[index];
  ++window.gauge_scrapes;
  window.running += GaugeOf(ServerFigure::kRunning);
  window.waiting += GaugeOf(ServerFigure::kWaiting);
  window.kv_cache_share += GaugeOf(ServerFigure::kKvCacheShare);
}

void ServerFold::SpreadGrowth(int64_t from_ns, int64_t to_ns, const Growth& growth) {
  from_ns = std::max<int64_t>(from_ns, 0);
  if (to_ns <= from_ns) return;
  const auto last = static_cast<size_t>(to_ns / kSecondNs);
  if (last >= windows_.size()) windows_.resize(last + 1);
  for (auto index = static_cast<size_t>(from_ns / kSecondNs); index <= last; ++index) {
    const int64_t start_ns = static_cast<int64_t>(index) * kSecondNs;
    const int64_t overlap_ns = std::min(to_ns, start_ns + kSecondNs) - std::max(from_ns, start_ns);
    const double share = static_cast<double>(overlap_ns) / static_cast<double>(to_ns - from_ns);
    windows_[index].generated_tokens += growth.generated_tokens * share;
    windows_[index].drafts += growth.drafts * share;
    windows_[index].accepted_tokens += growth.accepted_tokens * share;
  }
}

absl::Status ServerFold::AddSamples(const Scraped& scraped, Target& target) {
  absl::Status status;
  for (const MetricSeries& series : scraped.new_series) {
    if (series.series == target.series.size() && series.series < kSeriesMax) {
      target.series.push_back(MakeSeries(series, target));
    } else {
      status =
          absl::DataLossError(absl::StrFormat("scrape of target %d: need series %d, got %d",
                                              scraped.target, target.series.size(), series.series));
    }
  }
  for (const auto& [series, value] : scraped.samples) {
    if (series < target.series.size()) {
      AddSample(target.series[series], target, value);
    } else {
      status = absl::DataLossError(
          absl::StrFormat("scrape of target %d: a sample of series %d, which it never named",
                          scraped.target, series));
    }
  }
  return status;
}

absl::Status ServerFold::Apply(const Scraped& scraped) {
  if (scraped.target >= targets_.size()) {
    return absl::DataLossError(
        absl::StrFormat("scrape of target %d: need one below %d", scraped.target, targets_.size()));
  }
  Target& target = targets_[scraped.target];
  ++scrapes_;
  if (!scraped.error.empty()) {
    ++scrapes_failed_;
    return absl::OkStatus();
  }
  const Growth before = GrowthSoFar();
  const absl::Status status = AddSamples(scraped, target);
  if (scraped.kind == ScrapeKind::kBefore) target.before = true;
  if (scraped.kind == ScrapeKind::kAfter) target.after = true;
  if (!t0_mono_ns_) return status;
  // The servers' counters were read somewhere in this exchange.
  const int64_t time_ns =
      scraped.begin_mono_ns + (scraped.end_mono_ns - scraped.begin_mono_ns) / 2 - *t0_mono_ns_;
  if (time_ns < 0 || !WindowTable::IsPlausible(time_ns)) return status;
  const Growth after = GrowthSoFar();
  SpreadGrowth(target.last_scrape_ns, time_ns,
               {.generated_tokens = after.generated_tokens - before.generated_tokens,
                .drafts = after.drafts - before.drafts,
                .accepted_tokens = after.accepted_tokens - before.accepted_tokens});
  target.last_scrape_ns = time_ns;
  AddGauges(time_ns);
  return status;
}

std::optional<ServerFigures::Gauge> ServerFold::GaugeOver(ServerFigure figure,
                                                          double ServerWindow::*sum, size_t first,
                                                          size_t last) const {
  if (!Knows(figure)) return std::nullopt;
  ServerFigures::Gauge gauge;
  double total = 0;
  size_t count = 0;
  for (size_t i = first; i < std::min(last, windows_.size()); ++i) {
    if (windows_[i].gauge_scrapes == 0) continue;
    const double value = windows_[i].*sum / windows_[i].gauge_scrapes;
    gauge.max = std::max(gauge.max, value);
    total += value;
    ++count;
  }
  if (count == 0) return std::nullopt;
  gauge.mean = total / static_cast<double>(count);
  return gauge;
}

// A process that restarts resets all its series: of a target the most that one saw.
uint64_t ServerFold::Resets() const {
  uint64_t resets = 0;
  for (const Target& target : targets_) {
    uint64_t most = 0;
    for (const Series& series : target.series) {
      if (!Counts(series, target) || !series.family->counter) continue;
      most = std::max<uint64_t>(most, series.counter.resets());
    }
    resets += most;
  }
  return resets;
}

ServerFold::Growth ServerFold::GrowthSoFar() const {
  return {.generated_tokens = GrowthOf(ServerFigure::kGeneratedTokens),
          .drafts = GrowthOf(ServerFigure::kDrafts),
          .accepted_tokens = GrowthOf(ServerFigure::kAcceptedTokens)};
}

std::optional<ServerFigures> ServerFold::Figures(size_t first_window, size_t last_window) const {
  ServerFigures figures;
  for (uint32_t i = 0; i < targets_.size(); ++i) {
    const Target& target = targets_[i];
    if (!target.before || !target.after) continue;
    figures.targets.push_back({.metrics = i,
                               .url = target.source.url,
                               .target = target.source.target,
                               .counters = target.Counters()});
  }
  if (figures.targets.empty()) return std::nullopt;
  figures.complete = figures.targets.size() == targets_.size();
  SetSums(figures);
  if (prefix_queries() > 0) figures.sums.prefix_hit_rate = prefix_hits() / prefix_queries();
  figures.running =
      GaugeOver(ServerFigure::kRunning, &ServerWindow::running, first_window, last_window);
  figures.waiting =
      GaugeOver(ServerFigure::kWaiting, &ServerWindow::waiting, first_window, last_window);
  figures.kv_cache_share = GaugeOver(ServerFigure::kKvCacheShare, &ServerWindow::kv_cache_share,
                                     first_window, last_window);
  figures.scrapes = scrapes_;
  figures.scrapes_failed = scrapes_failed_;
  figures.resets = Resets();
  return figures;
}

}  // namespace specctl
