#include "common/analysis/server_series.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

constexpr uint32_t kSeriesMax = 100'000;   // of one URL
constexpr uint32_t kPositionsMax = 4'096;  // no draft is near this long
constexpr std::string_view kUpperBound = "le";
constexpr size_t kProcessStartsMax = 64;

// nullptr: it has no such label.
const std::string* LabelOf(const MetricLabels& labels, std::string_view name) {
  const auto found = std::find_if(labels.begin(), labels.end(),
                                  [&](const auto& label) { return label.first == name; });
  return found == labels.end() ? nullptr : &found->second;
}

// nullopt: `text` is null, or no such number.
template <class Number>
std::optional<Number> NumberOf(const std::string* text) {
  Number number = 0;
  if (text == nullptr) return std::nullopt;
  const char* const begin = text->data() + (text->starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

bool IsGauge(ServerFigure figure) {
  constexpr std::array kGauges = {ServerFigure::kRunning, ServerFigure::kWaiting,
                                  ServerFigure::kKvCacheShare, ServerFigure::kDraftWidth,
                                  ServerFigure::kProcessStart};
  return std::find(kGauges.begin(), kGauges.end(), figure) != kGauges.end();
}

std::string_view PathOf(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t path = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  return path == std::string_view::npos ? std::string_view() : url.substr(path);
}

}  // namespace

// 0 is best: the family's first name, as it is; then without its `_total`; then its other names.
int ServerSeries::OrderOfName(const Series& series) {
  return (series.family->other_name ? 2 : 0) + (series.name == series.family->name ? 0 : 1);
}

bool ServerSeries::Counts(const Series& series) const {
  return series.family != nullptr && !series.copy &&
         OrderOfName(series) == Of(series.family->figure).best_name;
}

bool ServerSeries::Counts(const Series& series, ServerFigure figure, size_t rank) const {
  return Counts(series) && series.family->figure == figure &&
         (rank == kWholeServer || series.rank == rank);
}

bool ServerSeries::Knows(ServerFigure figure) const {
  const Figure& of = Of(figure);
  if (!of.seen || of.rounded || Alternates()) return false;
  // One series that can't be read makes the sum of all too small.
  return std::all_of(series_.begin(), series_.end(), [&](const Series& series) {
    return series.family == nullptr || series.family->figure != figure || !Counts(series) ||
           series.value.has_value();
  });
}

bool ServerSeries::KnowsAny() const {
  for (size_t i = 0; i < kServerFigures; ++i) {
    const auto figure = static_cast<ServerFigure>(i);
    if (figure != ServerFigure::kProcessStart && Knows(figure)) return true;
  }
  return false;
}

std::optional<double> ServerSeries::Growth(ServerFigure figure) const {
  return GrowthOf(figure, kWholeServer);
}

std::optional<double> ServerSeries::Gauge(ServerFigure figure) const {
  return GaugeOf(figure, kWholeServer);
}

std::optional<double> ServerSeries::GrowthOf(ServerFigure figure, size_t rank) const {
  if (!Knows(figure)) return std::nullopt;
  std::optional<double> sum;
  for (const Series& series : series_) {
    if (Counts(series, figure, rank)) sum = sum.value_or(0) + series.counter.growth();
  }
  return sum;
}

std::optional<double> ServerSeries::GaugeOf(ServerFigure figure, size_t rank) const {
  if (!Knows(figure)) return std::nullopt;
  double sum = 0, most = 0;
  size_t count = 0;
  bool mean = false, is_most = false;
  for (const Series& series : series_) {
    if (!Counts(series, figure, rank)) continue;
    sum += *series.value;
    most = std::max(most, *series.value);
    ++count;
    mean = mean || series.family->mean_of_series;
    is_most = is_most || series.family->max_of_series;
  }
  if (count == 0) return std::nullopt;
  if (is_most) return most;
  return mean ? sum / static_cast<double>(count) : sum;
}

std::vector<double> ServerSeries::ByPosition(ServerFigure figure, size_t rank) const {
  std::vector<double> tokens;
  if (!Knows(figure)) return tokens;
  for (const Series& series : series_) {
    if (!Counts(series, figure, rank)) continue;
    if (tokens.size() <= series.position) tokens.resize(series.position + 1);
    tokens[series.position] += series.counter.growth();
  }
  return tokens;
}

std::optional<BucketHistogram> ServerSeries::Histogram(ServerFigure figure) const {
  if (!Knows(figure) || Falls() > 0) return std::nullopt;
  BucketHistogram histogram;
  for (const Series& series : series_) {
    if (Counts(series, figure, kWholeServer)) {
      histogram.Add(series.upper_s, series.counter.growth());
    }
  }
  return histogram;
}

FigureValues ServerSeries::ValuesOf(size_t rank) const {
  FigureValues values;
  for (size_t i = 0; i < kServerFigures; ++i) {
    const auto figure = static_cast<ServerFigure>(i);
    values[figure] = IsGauge(figure) ? GaugeOf(figure, rank) : GrowthOf(figure, rank);
  }
  if (engine_ != nullptr && engine_->derive != nullptr) engine_->derive(values);
  return values;
}

ServerCounters ServerSeries::CountersOf(size_t rank) const {
  const FigureValues values = ValuesOf(rank);
  ServerCounters counters;
  counters.generated_tokens = values[ServerFigure::kGeneratedTokens];
  counters.prompt_tokens = values[ServerFigure::kPromptTokens];
  counters.first_tokens = values[ServerFigure::kFirstTokens];
  counters.drafts = values[ServerFigure::kDrafts];
  counters.drafted_tokens = values[ServerFigure::kDraftedTokens];
  counters.accepted_tokens = values[ServerFigure::kAcceptedTokens];
  counters.engine_steps = values[ServerFigure::kEngineSteps];
  counters.preemptions = values[ServerFigure::kPreemptions];
  counters.requests_finished = values[ServerFigure::kRequestsFinished];
  const auto hits = values[ServerFigure::kPrefixHits];
  const auto queries = values[ServerFigure::kPrefixQueries];
  if (hits && queries.value_or(0) > 0) counters.prefix_hit_rate = *hits / *queries;
  counters.accepted_by_position = ByPosition(ServerFigure::kAcceptedByPosition, rank);
  counters.drafted_by_position = ByPosition(ServerFigure::kLaterDraftedTokens, rank);
  if (!counters.drafted_by_position.empty() && counters.drafts) {
    // Each draft has a first token.
    counters.drafted_by_position.front() = *counters.drafts;
  }
  return counters;
}

std::vector<RankCounters> ServerSeries::Ranks() const {
  std::vector<RankCounters> ranks;
  for (size_t i = 0; i < ranks_.size(); ++i) ranks.push_back({ranks_[i], CountersOf(i), {}});
  return ranks;
}

// Where the process's start is known, it tells restarts from other servers.
bool ServerSeries::Alternates() const {
  if (start_came_back_ || process_starts_.size() > 1) return start_came_back_;
  return std::any_of(series_.begin(), series_.end(), [&](const Series& series) {
    return Counts(series) && series.family->counter && series.counter.alternates();
  });
}

uint64_t ServerSeries::Falls() const {
  uint64_t most = 0;
  for (const Series& series : series_) {
    if (!Counts(series) || !series.family->counter) continue;
    most = std::max<uint64_t>(most, series.counter.resets());
  }
  return most;
}

std::vector<std::string> ServerSeries::OtherNames() const {
  std::vector<std::string> names;
  for (const Series& series : series_) {
    if (series.family != nullptr && !series.copy && !Counts(series)) names.push_back(series.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

ServerSeries::Series ServerSeries::MakeSeries(const MetricSeries& of,
                                              std::span<const EngineProfile* const> engines) {
  Series made;
  made.name = of.name;
  made.labels = of.labels;
  // Servers expose labels in any order.
  std::sort(made.labels.begin(), made.labels.end());
  for (const EngineProfile* engine : engines) {
    made.family = FindFamily(*engine, of.name, of.labels);
    if (made.family == nullptr) continue;
    if (made.family->figure != ServerFigure::kProcessStart) engine_ = engine;
    break;
  }
  if (made.family == nullptr) return made;
  if (!ReadPlace(made)) {
    // What can't be placed can't be counted.
    made.family = nullptr;
    return made;
  }
  ReadRank(made);
  made.copy = IsCopy(made);
  int& best = figures_[static_cast<size_t>(made.family->figure)].best_name;
  // One name counts, the best that is there: old and new names of a figure would add up to double.
  best = std::min(best, OrderOfName(made));
  // Not there at the first scrape: nothing had been counted yet.
  if (before_) made.counter.Observe(0);
  return made;
}

// The position or the bucket that a series is of; false: it does not say.
bool ServerSeries::ReadPlace(Series& series) const {
  const MetricFamily& family = *series.family;
  if (!family.position_label.empty()) {
    const auto position = NumberOf<uint32_t>(LabelOf(series.labels, family.position_label));
    if (!position || *position >= kPositionsMax) return false;
    series.position = *position;
  }
  if (family.buckets) {
    const auto upper_s = NumberOf<double>(LabelOf(series.labels, kUpperBound));
    if (!upper_s || std::isnan(*upper_s)) return false;
    series.upper_s = *upper_s;
  }
  return true;
}

void ServerSeries::ReadRank(Series& series) {
  if (engine_ == nullptr || engine_->rank_label.empty()) return;
  const std::string* const rank = LabelOf(series.labels, engine_->rank_label);
  if (rank == nullptr) return;
  const auto known = std::find(ranks_.begin(), ranks_.end(), *rank);
  series.rank = static_cast<size_t>(known - ranks_.begin());
  if (known == ranks_.end()) ranks_.push_back(*rank);
}

// Whether an earlier series differs in labels alone that tell copies apart.
bool ServerSeries::IsCopy(const Series& series) const {
  if (engine_ == nullptr || engine_->copy_labels.empty()) return false;
  const auto without_copies = [&](const Series& of) {
    auto labels = of.labels;
    std::erase_if(labels, [&](const auto& label) {
      return std::find(engine_->copy_labels.begin(), engine_->copy_labels.end(), label.first) !=
             engine_->copy_labels.end();
    });
    return labels;
  };
  const auto labels = without_copies(series);
  return std::any_of(series_.begin(), series_.end(), [&](const Series& earlier) {
    return earlier.name == series.name && earlier.family != nullptr &&
           without_copies(earlier) == labels;
  });
}

void ServerSeries::OnProcessStart(double start_s) {
  // The usual case: the process that answered last time.
  if (!process_starts_.empty() && process_starts_.back() == start_s) return;
  start_came_back_ = start_came_back_ || std::find(process_starts_.begin(), process_starts_.end(),
                                                   start_s) != process_starts_.end();
  if (process_starts_.size() < kProcessStartsMax) process_starts_.push_back(start_s);
}

void ServerSeries::AddSample(Series& series, double value) {
  if (series.family == nullptr) return;
  // A negative counter is no count.
  const bool is_number = std::isfinite(value) && !(series.family->counter && value < 0);
  series.value = is_number ? std::optional(value) : std::nullopt;
  Figure& figure = figures_[static_cast<size_t>(series.family->figure)];
  figure.seen = true;
  if (!is_number) return;
  if (series.family->figure == ServerFigure::kProcessStart) OnProcessStart(value);
  if (!series.family->counter) return;
  // Printed with too few digits from here on: its growth would be that of the rounding.
  if (value >= series.family->exact_below) figure.rounded = true;
  series.counter.Observe(value, after_failure_);
}

void ServerSeries::OnFailure(const Scraped& scraped) {
  after_failure_ = true;
  const auto same = std::find_if(failures_.begin(), failures_.end(), [&](const auto& failure) {
    return failure.text == scraped.error;
  });
  if (same != failures_.end()) {
    ++same->scrapes;
  } else if (failures_.size() < kFailureTextsMax) {
    failures_.push_back({.url = scraped.url, .text = scraped.error, .scrapes = 1});
  } else {
    ++failures_.back().scrapes;
  }
}

absl::Status ServerSeries::ApplySamples(const Scraped& scraped,
                                        std::span<const EngineProfile* const> engines) {
  if (!scraped.error.empty()) {
    OnFailure(scraped);
    return absl::OkStatus();
  }
  path_ = PathOf(scraped.url);
  peer_ = scraped.peer;
  absl::Status status;
  for (const MetricSeries& series : scraped.new_series) {
    if (series.series == series_.size() && series.series < kSeriesMax) {
      series_.push_back(MakeSeries(series, engines));
    } else {
      status = absl::DataLossError(absl::StrFormat("scrape of target %d: need series %d, got %d",
                                                   scraped.target, series_.size(), series.series));
    }
  }
  for (const auto& [series, value] : scraped.samples) {
    if (series < series_.size()) {
      AddSample(series_[series], value);
    } else {
      status = absl::DataLossError(
          absl::StrFormat("scrape of target %d: a sample of series %d, which it never named",
                          scraped.target, series));
    }
  }
  before_ = before_ || scraped.kind == ScrapeKind::kBefore;
  after_ = after_ || scraped.kind == ScrapeKind::kAfter;
  after_failure_ = false;
  return status;
}

}  // namespace specctl
