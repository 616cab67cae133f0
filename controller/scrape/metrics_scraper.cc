#include "controller/scrape/metrics_scraper.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/engine/engine_profile.h"
#include "common/prometheus/gzip.h"
#include "controller/scrape/metrics_reply.h"

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanos kPeriod = seconds(1);
constexpr Nanos kQuietPeriod = milliseconds(200);
constexpr Nanos kQuietMax = seconds(5);

}  // namespace

struct MetricsScraper::Target {
  explicit Target(MetricsTarget of)
      : what(std::move(of)),
        profile(&ProfileNamed(what.engine)),
        tracker([this](std::string_view name) { return HasFamilyNamed(*profile, name); }) {}

  // Requests running or waiting, by the last values seen of the engine's gauges.
  double Busy() const {
    double busy = 0;
    for (const auto& [series, value] : busy_values) busy += std::isfinite(value) ? value : 0;
    return busy;
  }

  // Keeps what Busy() needs.
  void NoteBusy(const Scraped& scraped) {
    for (const MetricSeries& series : scraped.new_series) {
      const MetricFamily* family = FindFamily(*profile, series.name, series.labels);
      const bool counts = family != nullptr && (family->figure == ServerFigure::kRunning ||
                                                family->figure == ServerFigure::kWaiting);
      if (counts) busy_values.emplace_back(series.series, 0);
    }
    for (const auto& [series, value] : scraped.samples) {
      for (auto& [number, last] : busy_values) {
        if (number == series) last = value;
      }
    }
  }

  MetricsTarget what;
  const EngineProfile* profile;
  SeriesTracker tracker;
  std::vector<std::pair<uint32_t, double>> busy_values;
  std::string text;  // of the last scrape
};

MetricsScraper::MetricsScraper(std::vector<MetricsTarget> targets, FetchOptions options)
    : options_(std::move(options)) {
  for (MetricsTarget& target : targets) {
    targets_.push_back(std::make_unique<Target>(std::move(target)));
  }
}

MetricsScraper::~MetricsScraper() { Stop(); }

Scraped MetricsScraper::ScrapeOnce(Target& target, ScrapeKind kind) {
  Scraped scraped;
  scraped.target = target.what.target;
  scraped.url = target.what.url.ToString();
  scraped.kind = kind;
  scraped.begin_mono_ns = MonoNs(MonoNow());
  HttpRequest request{.method = "GET", .path = ""};
  request.headers.emplace_back("Accept", "text/plain;version=0.0.4");
  const auto& headers = target.what.headers;
  request.headers.insert(request.headers.end(), headers.begin(), headers.end());
  auto reply = Fetch(target.what.url, request, options_);
  scraped.end_mono_ns = MonoNs(MonoNow());
  if (!reply.ok()) {
    scraped.error = std::string(reply.status().message());
    return scraped;
  }
  absl::Status read = CheckMetricsReply(*reply);
  if (read.ok()) read = target.tracker.ReadExposition(reply->body, scraped);
  if (!read.ok()) {
    scraped.error = absl::StrFormat("%s: %s", scraped.url, std::string(read.message()));
    return scraped;
  }
  // Two URLs may name one server, whose counters must count once.
  scraped.peer = reply->peer;
  target.NoteBusy(scraped);
  target.text = std::move(reply->body);
  // The whole text of the first and last scrape is kept, for figures that this version doesn't
  // know.
  if (kind == ScrapeKind::kBefore) scraped.text_gzip = Gzip(target.text);
  return scraped;
}

std::vector<Scraped> MetricsScraper::ForEach(const std::function<Scraped(Target&)>& scrape) {
  // All at once, so that the scrapes are taken at the same time.
  std::vector<Scraped> results(targets_.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < targets_.size(); ++i) {
    threads.emplace_back([&, i] { results[i] = scrape(*targets_[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  return results;
}

std::vector<Scraped> MetricsScraper::ScrapeBefore() {
  return ForEach([this](Target& target) { return ScrapeOnce(target, ScrapeKind::kBefore); });
}

void MetricsScraper::Start(Sink sink) {
  for (const auto& target : targets_) {
    threads_.emplace_back([this, &target = *target, sink] { Repeat(target, sink); });
  }
}

void MetricsScraper::Repeat(Target& target, const Sink& sink) {
  MonoTime due = MonoNow();
  while (true) {
    // Absolute times; those missed by a slow scrape are skipped.
    due += kPeriod * (1 + std::max<int64_t>(0, (MonoNow() - due) / kPeriod));
    {
      std::unique_lock lock(mutex_);
      if (stop_changed_.wait_until(lock, due, [this] { return stop_; })) return;
    }
    sink(ScrapeOnce(target, ScrapeKind::kDuring));
  }
}

void MetricsScraper::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stop_changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Scraped MetricsScraper::ScrapeUntilQuiet(Target& target) {
  const MonoTime end = MonoNow() + kQuietMax;
  // Samples that moved in an earlier try are not in the later ones: they are gathered.
  std::optional<Scraped> gathered;
  while (true) {
    Scraped scraped = ScrapeOnce(target, ScrapeKind::kAfter);
    // Nothing changed since the scrape before, and nothing runs: the counters have settled.
    const bool quiet =
        gathered && scraped.error.empty() && scraped.samples.empty() && target.Busy() == 0;
    if (gathered && gathered->error.empty() && scraped.error.empty()) {
      auto& samples = gathered->samples;
      samples.insert(samples.end(), scraped.samples.begin(), scraped.samples.end());
      auto& series = gathered->new_series;
      series.insert(series.end(), scraped.new_series.begin(), scraped.new_series.end());
      gathered->end_mono_ns = scraped.end_mono_ns;
      // A failure only as long as there is nothing better.
    } else if (!gathered || scraped.error.empty()) {
      gathered = std::move(scraped);
    }
    if (quiet || MonoNow() >= end) break;
    std::this_thread::sleep_for(kQuietPeriod);
  }
  if (gathered->error.empty()) gathered->text_gzip = Gzip(target.text);
  return *std::move(gathered);
}

std::vector<Scraped> MetricsScraper::ScrapeAfter() {
  return ForEach([this](Target& target) { return ScrapeUntilQuiet(target); });
}

}  // namespace specctl::controller
