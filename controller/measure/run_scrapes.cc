#include "controller/measure/run_scrapes.h"

#include <algorithm>
#include <utility>

#include "common/net/tls_context.h"

namespace specctl::controller {
namespace {

constexpr Nanos kScrapeTimeout = std::chrono::seconds(5);

// To read the system's authorities takes 20 ms of CPU.
bool AnyIsHttps(const std::vector<MetricsTarget>& targets) {
  return std::any_of(targets.begin(), targets.end(),
                     [](const MetricsTarget& target) { return target.url.https; });
}

}  // namespace

absl::StatusOr<RunScrapes> RunScrapes::Make(const ResolvedRun& run) {
  RunScrapes scrapes;
  if (run.spec.metrics_urls.empty()) return scrapes;
  FetchOptions options;
  options.timeout = kScrapeTimeout;
  if (AnyIsHttps(run.metrics_targets)) {
    auto tls = MakeClientTlsContext(run.spec.tls);
    if (!tls.ok()) return tls.status();
    options.tls = *std::move(tls);
  }
  scrapes.scraper_ = std::make_unique<MetricsScraper>(run.metrics_targets, std::move(options));
  return scrapes;
}

RunScrapes::~RunScrapes() {
  Join();
  if (scraper_ != nullptr) scraper_->Stop();
}

void RunScrapes::Join() {
  if (once_.joinable()) once_.join();
}

void RunScrapes::Before(std::function<void(ScrapedBefore)> sink) {
  if (scraper_ == nullptr) return sink({});
  once_ = std::thread([scraper = scraper_.get(), sink = std::move(sink)] {
    sink({.scrapes = scraper->ScrapeBefore()});
  });
}

void RunScrapes::Start(MetricsScraper::Sink sink) {
  if (scraper_ != nullptr) scraper_->Start(std::move(sink));
}

void RunScrapes::After(std::function<void(ScrapedAfter)> sink) {
  if (scraper_ == nullptr) return sink({});
  Join();
  once_ = std::thread([scraper = scraper_.get(), sink = std::move(sink)] {
    // No scrape of the run may come after the last one.
    scraper->Stop();
    sink({.scrapes = scraper->ScrapeAfter()});
  });
}

}  // namespace specctl::controller
