// RunScrapes: the servers' metrics of one run, read on threads of their own.
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <absl/status/statusor.h>

#include "controller/measure/resolved_run.h"
#include "controller/scrape/metrics_scraper.h"

namespace specctl::controller {

struct ScrapedBefore {
  std::vector<Scraped> scrapes;
};
struct ScrapedAfter {
  std::vector<Scraped> scrapes;
  std::vector<StatisticsRead> logged;  // what the server wrote into files meanwhile
};

// Sinks may be called from any thread, until this is destroyed; where there is nothing to scrape,
// Before() and After() call them at once.
class RunScrapes {
 public:
  // The error is of the run's TLS settings.
  static absl::StatusOr<RunScrapes> Make(const ResolvedRun& run);
  RunScrapes(RunScrapes&&) = default;
  RunScrapes& operator=(RunScrapes&& other) = default;
  ~RunScrapes();

  void Before(std::function<void(ScrapedBefore)> sink);
  // Takes up what an earlier life of the run scraped; before Start().
  void TakeUp(const Scraped& earlier) {
    if (scraper_ != nullptr) scraper_->TakeUp(earlier);
  }
  // Once a second until After().
  void Start(MetricsScraper::Sink sink);
  // After the last scrape in between, until the counters stand still.
  void After(std::function<void(ScrapedAfter)> sink);

 private:
  RunScrapes() = default;
  void Join();

  std::unique_ptr<MetricsScraper> scraper_;  // nullptr: nothing to scrape
  std::thread once_;                         // before T0, then after the drain
};

}  // namespace specctl::controller
