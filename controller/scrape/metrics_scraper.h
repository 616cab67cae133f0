// Reads the servers' metrics, before, during and after a run.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/journal/event.h"
#include "controller/scrape/fetch_metrics.h"
#include "controller/scrape/http_fetch.h"
#include "controller/scrape/series_tracker.h"

namespace specctl::controller {

// Each target has a thread of its own, so that one that hangs delays no other.  Scrapes are due at
// start + k * 1 s; one that is not back when the next is due lets that one out.
class MetricsScraper {
 public:
  using Sink = std::function<void(Scraped)>;  // called on scraper threads

  MetricsScraper(std::vector<MetricsTarget> targets, FetchOptions options);
  ~MetricsScraper();
  MetricsScraper(const MetricsScraper&) = delete;

  // Scrapes every target once, at the same time, and returns when all are back; failed ones have
  // `error` set.
  std::vector<Scraped> ScrapeBefore();
  // Scrapes each target once a second until Stop().
  void Start(Sink sink);
  void Stop();
  // After the drain: repeats every 200 ms until nothing runs and two scrapes are equal, 5 s at most
  // (counters of an engine trail what its clients have seen).  What they showed is returned as
  // one scrape of each target, with the whole text of the last that succeeded.
  std::vector<Scraped> ScrapeAfter();

 private:
  struct Target;

  Scraped ScrapeOnce(Target& target, ScrapeKind kind);
  Scraped ScrapeUntilQuiet(Target& target);
  std::vector<Scraped> ForEach(const std::function<Scraped(Target&)>& scrape);
  void Repeat(Target& target, const Sink& sink);

  std::vector<std::unique_ptr<Target>> targets_;
  const FetchOptions options_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable stop_changed_;
  bool stop_ = false;  // under mutex_
};

}  // namespace specctl::controller
