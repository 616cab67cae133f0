#include "controller/scrape/metrics_scraper.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include <absl/strings/str_format.h>
#include <boost/asio/ip/address.hpp>

#include "common/base/gzip.h"
#include "common/engine/engine_profile.h"
#include "common/engine/iteration_stats.h"
#include "common/net/url.h"
#include "controller/scrape/metrics_reply.h"

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanos kPeriod = seconds(1);
constexpr Nanos kQuietPeriod = milliseconds(200);
constexpr Nanos kQuietMax = seconds(5);

constexpr auto kEachServer = [](const auto&) { return true; };

}  // namespace

// A name of several servers.
struct MetricsScraper::Name {
  MetricsTarget what;
  ReplicaSet replicas;  // under mutex_
};

struct MetricsScraper::Server {
  explicit Server(MetricsTarget of)
      : what(std::move(of)),
        own_url(what.url),
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
  Url own_url;  // with the address of a replica
  // Of a replica: its name, its number there, and where it is.
  Name* of_name = nullptr;
  uint32_t replica = 0;
  std::optional<boost::asio::ip::address> address;
  bool gone = false;
  bool begun = false;  // it was scraped before the end, or in vain
  const EngineProfile* profile;
  SeriesTracker tracker;
  std::vector<std::pair<uint32_t, double>> busy_values;
  IterationCounters iterations;
  std::string text;  // of the last scrape
};

MetricsScraper::MetricsScraper(std::vector<MetricsTarget> targets, FetchOptions options,
                               Nanos look_up_period)
    : options_(std::move(options)), look_up_period_(look_up_period) {
  for (MetricsTarget& target : targets) {
    if (target.all_addresses) {
      names_.push_back(std::make_unique<Name>(Name{.what = std::move(target), .replicas = {}}));
    } else {
      servers_.push_back(std::make_unique<Server>(std::move(target)));
    }
  }
}

MetricsScraper::~MetricsScraper() { Stop(); }

absl::StatusOr<std::string> MetricsScraper::TextOf(Server& server, const HttpReply& reply) {
  if (!server.what.iteration_stats) {
    const absl::Status read = CheckMetricsReply(reply);
    return read.ok() ? absl::StatusOr<std::string>(reply.body) : read;
  }
  if (reply.status != 200) {
    return absl::FailedPreconditionError(absl::StrFormat("status %d", reply.status));
  }
  const absl::Status added = server.iterations.AddAnswer(reply.body);
  return added.ok() ? absl::StatusOr<std::string>(server.iterations.Exposition()) : added;
}

Scraped MetricsScraper::ScrapeOnce(Server& server, ScrapeKind kind) {
  if (kind != ScrapeKind::kAfter) server.begun = true;
  Scraped scraped;
  scraped.target = server.what.target;
  scraped.url = server.own_url.ToString();
  if (server.of_name != nullptr) scraped.replica = server.replica;
  scraped.kind = kind;
  scraped.begin_mono_ns = MonoNs(MonoNow());
  FetchOptions options = options_;
  options.address = server.address;
  auto reply = FetchMetrics(server.what, options);
  scraped.end_mono_ns = MonoNs(MonoNow());
  if (!reply.ok()) {
    scraped.error = std::string(reply.status().message());
    return scraped;
  }
  auto text = TextOf(server, *reply);
  absl::Status read = text.status();
  if (read.ok()) read = server.tracker.ReadExposition(*text, scraped);
  if (!read.ok()) {
    scraped.error = absl::StrFormat("%s: %s", scraped.url, std::string(read.message()));
    return scraped;
  }
  // Two URLs may name one server, whose counters must count once.
  scraped.peer = reply->peer;
  server.NoteBusy(scraped);
  server.text = *std::move(text);
  // The whole text of the first and last scrape is kept, for figures that this version doesn't
  // know.
  if (kind == ScrapeKind::kBefore) scraped.text_gzip = Gzip(server.text);
  return scraped;
}

void MetricsScraper::TakeUp(const Scraped& earlier) {
  for (const auto& server : servers_) {
    if (server->what.target != earlier.target || ReplicaOf(*server) != earlier.replica) continue;
    server->begun = true;
    server->gone |= earlier.gone;
    for (const MetricSeries& series : earlier.new_series) server->tracker.TakeUp(series);
    server->NoteBusy(earlier);
    return;
  }
  if (earlier.replica) TakeUpReplica(earlier);
}

std::optional<uint32_t> MetricsScraper::ReplicaOf(const Server& server) {
  return server.of_name == nullptr ? std::nullopt : std::optional(server.replica);
}

void MetricsScraper::TakeUpReplica(const Scraped& earlier) {
  const auto url = ParseUrl(earlier.url);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(url.ok() ? url->host : "", error);
  const auto name = std::find_if(names_.begin(), names_.end(), [&](const auto& each) {
    return each->what.target == earlier.target;
  });
  if (error || name == names_.end()) return;
  (*name)->replicas.TakeUp({.number = *earlier.replica, .address = address});
  AddReplica(**name, {.number = *earlier.replica, .address = address});
  TakeUp(earlier);
}

MetricsScraper::Server* MetricsScraper::AddReplica(Name& name, const ReplicaSet::Replica& replica) {
  auto server = std::make_unique<Server>(name.what);
  server->of_name = &name;
  server->replica = replica.number;
  server->address = replica.address;
  server->own_url.host = replica.address.to_string();
  return servers_.emplace_back(std::move(server)).get();
}

void MetricsScraper::NoteGone(Server& server, Scraped& scraped) {
  if (server.of_name == nullptr || scraped.error.empty()) return;
  const std::lock_guard lock(mutex_);
  server.gone = server.of_name->replicas.TakeFailure(server.replica);
  if (!server.gone) return;
  scraped.error.clear();
  scraped.gone = true;
}

std::vector<MetricsScraper::Server*> MetricsScraper::LookUp(Name& name, MonoTime deadline,
                                                            Scraped& failed) {
  failed.target = name.what.target;
  failed.url = std::string(kAllAddressesPrefix) + name.what.url.ToString();
  failed.begin_mono_ns = MonoNs(MonoNow());
  const auto addresses = options_.lookup->Find(name.what.url.host, deadline);
  failed.end_mono_ns = MonoNs(MonoNow());
  if (!addresses.ok()) {
    failed.error = absl::StrFormat("%s: %s", failed.url, std::string(addresses.status().message()));
    return {};
  }
  const std::lock_guard lock(mutex_);
  std::vector<Server*> made;
  for (const ReplicaSet::Replica& replica : name.replicas.TakeAddresses(*addresses)) {
    made.push_back(AddReplica(name, replica));
  }
  if (name.replicas.left_out() > 0) {
    failed.error = absl::StrFormat("%s: it has %d addresses more than the %d that are scraped",
                                   failed.url, name.replicas.left_out(), ReplicaSet::kAliveMax);
  }
  return made;
}

std::vector<Scraped> MetricsScraper::ForEach(const Chosen& chosen,
                                             const std::function<Scraped(Server&)>& scrape) {
  // All at once, so that the scrapes are taken at the same time.
  std::vector<Server*> alive;
  for (const auto& server : servers_) {
    if (!server->gone && chosen(*server)) alive.push_back(server.get());
  }
  std::vector<Scraped> results(alive.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < alive.size(); ++i) {
    threads.emplace_back([&, i] { results[i] = scrape(*alive[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  return results;
}

std::vector<Scraped> MetricsScraper::ScrapeBefore() {
  std::vector<Scraped> failures;
  const MonoTime deadline = MonoNow() + options_.timeout;
  for (const auto& name : names_) {
    Scraped failed{.kind = ScrapeKind::kBefore};
    LookUp(*name, deadline, failed);
    if (!failed.error.empty()) failures.push_back(std::move(failed));
  }
  std::vector<Scraped> all = ForEach(
      kEachServer, [this](Server& server) { return ScrapeOnce(server, ScrapeKind::kBefore); });
  all.insert(all.end(), failures.begin(), failures.end());
  return all;
}

void MetricsScraper::Start(Sink sink) {
  const std::lock_guard lock(mutex_);
  for (const auto& server : servers_) {
    threads_.emplace_back([this, &server = *server, sink] { Repeat(server, false, sink); });
  }
  for (const auto& name : names_) {
    name_threads_.emplace_back([this, &name = *name, sink] { Follow(name, sink); });
  }
}

bool MetricsScraper::WaitUntil(MonoTime due) {
  std::unique_lock lock(mutex_);
  return !stop_changed_.wait_until(lock, due, [this] { return stop_; });
}

void MetricsScraper::Repeat(Server& server, bool at_once, const Sink& sink) {
  MonoTime due = MonoNow();
  // Of a new replica the first scrape is where its counters begin.
  for (bool now = at_once; !server.gone; now = false) {
    // Absolute times; those missed by a slow scrape are skipped.
    if (!now) due += kPeriod * (1 + std::max<int64_t>(0, (MonoNow() - due) / kPeriod));
    if (!WaitUntil(due)) return;
    Scraped scraped = ScrapeOnce(server, ScrapeKind::kDuring);
    NoteGone(server, scraped);
    sink(std::move(scraped));
  }
}

void MetricsScraper::Follow(Name& name, const Sink& sink) {
  for (MonoTime due = MonoNow() + look_up_period_; WaitUntil(due);
       due = std::max(due, MonoNow() - look_up_period_) + look_up_period_) {
    Scraped failed{.kind = ScrapeKind::kDuring};
    const std::vector<Server*> made = LookUp(name, MonoNow() + options_.timeout, failed);
    if (!failed.error.empty()) sink(std::move(failed));
    const std::lock_guard lock(mutex_);
    if (stop_) return;
    for (Server* server : made) {
      threads_.emplace_back([this, server, sink] { Repeat(*server, true, sink); });
    }
  }
}

void MetricsScraper::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stop_changed_.notify_all();
  // First those that begin others.
  for (std::thread& thread : name_threads_) thread.join();
  name_threads_.clear();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Scraped MetricsScraper::ScrapeUntilQuiet(Server& server) {
  const MonoTime end = MonoNow() + kQuietMax;
  // Samples that moved in an earlier try are not in the later ones: they are gathered.
  std::optional<Scraped> gathered;
  while (true) {
    Scraped scraped = ScrapeOnce(server, ScrapeKind::kAfter);
    // Nothing changed since the scrape before, and nothing runs: the counters have settled.
    const bool quiet =
        gathered && scraped.error.empty() && scraped.samples.empty() && server.Busy() == 0;
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
  if (gathered->error.empty()) gathered->text_gzip = Gzip(server.text);
  return *std::move(gathered);
}

std::vector<Scraped> MetricsScraper::ScrapeAfter() {
  const MonoTime deadline = MonoNow() + options_.timeout;
  // A name whose look-up fails stands for what it did before.
  for (const auto& name : names_) {
    Scraped ignored;
    LookUp(*name, deadline, ignored);
  }
  // Of a new replica this is where its counters begin.
  const auto is_new = [](const Server& server) {
    return server.of_name != nullptr && !server.begun;
  };
  std::vector<Scraped> all =
      ForEach(is_new, [this](Server& server) { return ScrapeOnce(server, ScrapeKind::kDuring); });
  const std::vector<Scraped> last = ForEach(kEachServer, [this](Server& server) {
    Scraped scraped = ScrapeUntilQuiet(server);
    NoteGone(server, scraped);
    return scraped;
  });
  all.insert(all.end(), last.begin(), last.end());
  return all;
}

}  // namespace specctl::controller
