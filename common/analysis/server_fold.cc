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

}  // namespace

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

void ServerFold::AddSample(Series& series, const Target& target, double value) {
  if (!Counts(series, target)) return;
  const size_t figure = Index(series.family->figure);
  seen_[figure] = true;
  if (!series.family->counter) {
    if (std::isfinite(value)) series.gauge = value;
    return;
  }
  if (value >= series.family->exact_below) rounded_[figure] = true;
  const double before = series.counter.growth();
  series.counter.Observe(value);
  const double grown = series.counter.growth() - before;
  growth_[figure] += grown;
  if (series.family->figure != ServerFigure::kAcceptedByPosition) return;
  if (accepted_by_position_.size() <= series.position) {
    accepted_by_position_.resize(series.position + 1);
  }
  accepted_by_position_[series.position] += grown;
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
  return {.generated_tokens = growth_[Index(ServerFigure::kGeneratedTokens)],
          .drafts = growth_[Index(ServerFigure::kDrafts)],
          .accepted_tokens = growth_[Index(ServerFigure::kAcceptedTokens)]};
}

std::optional<ServerFigures> ServerFold::Figures(size_t first_window, size_t last_window) const {
  const bool complete = std::all_of(targets_.begin(), targets_.end(),
                                    [](const Target& t) { return t.before && t.after; });
  if (targets_.empty() || !complete) return std::nullopt;
  const auto grown = [&](ServerFigure figure) {
    return Knows(figure) ? std::optional(growth_[Index(figure)]) : std::nullopt;
  };
  ServerFigures figures;
  figures.generated_tokens = grown(ServerFigure::kGeneratedTokens);
  figures.prompt_tokens = grown(ServerFigure::kPromptTokens);
  figures.drafts = grown(ServerFigure::kDrafts);
  figures.drafted_tokens = grown(ServerFigure::kDraftedTokens);
  figures.accepted_tokens = grown(ServerFigure::kAcceptedTokens);
  figures.engine_steps = grown(ServerFigure::kEngineSteps);
  figures.preemptions = grown(ServerFigure::kPreemptions);
  figures.requests_finished = grown(ServerFigure::kRequestsFinished);
  if (prefix_queries() > 0) figures.prefix_hit_rate = prefix_hits() / prefix_queries();
  figures.accepted_by_position = accepted_by_position_;
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
