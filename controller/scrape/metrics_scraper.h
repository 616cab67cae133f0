// Reads the servers' metrics, before, during and after a run.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/journal/event.h"
#include "controller/scrape/fetch_metrics.h"
#include "controller/scrape/http_fetch.h"
#include "controller/scrape/replica_set.h"
#include "controller/scrape/series_tracker.h"

namespace specctl::controller {

// Each server has a thread of its own, so that one that hangs delays no other.  Scrapes are due at
// start + k * 1 s; one that is not back when the next is due lets that one out.  A name of several
// servers is looked up every 2 s: new ones are scraped from then on, and one that has left the name
// until it fails, which is told once (Scraped::gone).  A look-up that fails is told as a failed
// scrape of the URL, and nothing else changes.
class MetricsScraper {
 public:
  using Sink = std::function<void(Scraped)>;  // called on scraper threads

  static constexpr Nanos kLookUpPeriod = std::chrono::seconds(2);

  MetricsScraper(std::vector<MetricsTarget> targets, FetchOptions options,
                 Nanos look_up_period = kLookUpPeriod);
  ~MetricsScraper();
  MetricsScraper(const MetricsScraper&) = delete;

  // Scrapes every target once, at the same time, and returns when all are back; failed ones have
  // `error` set.
  std::vector<Scraped> ScrapeBefore();
  // Goes on with the replicas and the numbers of series that the run's earlier scrapes gave; before
  // Start(), each in its order.
  void TakeUp(const Scraped& earlier);
  // Scrapes each target once a second until Stop().
  void Start(Sink sink);
  void Stop();
  // After the drain: repeats every 200 ms until nothing runs and two scrapes are equal, 5 s at most
  // (counters of an engine trail what its clients have seen).  What they showed is returned as
  // one scrape of each target, with the whole text of the last that succeeded.  Names are looked up
  // once more; what is new, or was seen just before Stop(), is born in the run: its first scrape,
  // as of one during it, is told in front of its last.
  std::vector<Scraped> ScrapeAfter();

 private:
  struct Server;
  struct Name;

  static std::optional<uint32_t> ReplicaOf(const Server& server);
  Server* AddReplica(Name& name, const ReplicaSet::Replica& replica);
  void TakeUpReplica(const Scraped& earlier);
  // What the server shows, as text of metrics.
  absl::StatusOr<std::string> TextOf(Server& server, const HttpReply& reply);
  Scraped ScrapeOnce(Server& server, ScrapeKind kind);
  Scraped ScrapeUntilQuiet(Server& server);
  using Chosen = std::function<bool(const Server&)>;
  // Of those that are not gone.
  std::vector<Scraped> ForEach(const Chosen& chosen, const std::function<Scraped(Server&)>& scrape);
  void Repeat(Server& server, bool at_once, const Sink& sink);
  void Follow(Name& name, const Sink& sink);
  // Looks the name up.  The new replicas are among servers_ then; `failed`: what went wrong.
  std::vector<Server*> LookUp(Name& name, MonoTime deadline, Scraped& failed);
  // Makes a failed scrape of a server that has left its name the word that it is gone.
  void NoteGone(Server& server, Scraped& scraped);
  bool WaitUntil(MonoTime due);  // false: stopped

  std::vector<std::unique_ptr<Name>> names_;
  const FetchOptions options_;
  const Nanos look_up_period_;
  std::vector<std::thread> name_threads_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Server>> servers_;  // under mutex_ while it runs, as what follows
  std::vector<std::thread> threads_;
  std::condition_variable stop_changed_;
  bool stop_ = false;
};

}  // namespace specctl::controller
