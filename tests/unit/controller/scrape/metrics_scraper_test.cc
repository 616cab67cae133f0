#include "controller/scrape/metrics_scraper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>

#include "common/base/gzip.h"
#include "tests/fakes/answering_server.h"
#include "tests/fakes/stream_bytes.h"

namespace specctl::controller {
namespace {

using fakes::AnsweringServer;
using fakes::PlainResponse;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string Exposition(int running, int tokens) {
  return "vllm:num_requests_running{engine=\"0\"} " + std::to_string(running) +
         "\nvllm:generation_tokens_total{engine=\"0\"} " + std::to_string(tokens) +
         "\npython_gc_objects_collected_total 7\n";
}

std::string Answer(const std::string& text) { return PlainResponse("200 OK", text, "text/plain"); }

MetricsTarget TargetAt(const std::string& base, uint32_t target = 0) {
  return {.target = target, .url = *ParseUrl(base + "/metrics"), .engine = "vllm"};
}

Scraped BeforeFrom(const std::string& base, const FetchOptions& options = {}) {
  MetricsScraper scraper({TargetAt(base)}, options);
  return scraper.ScrapeBefore().at(0);
}

Scraped BeforeOf(const std::string& response, const FetchOptions& options = {}) {
  AnsweringServer server([&](const std::string&) { return response; });
  return BeforeFrom(server.Url(), options);
}

void ExpectFailed(const Scraped& scraped, const std::string& why) {
  EXPECT_THAT(scraped.error, HasSubstr(why));
  EXPECT_THAT(scraped.new_series, IsEmpty());
  EXPECT_THAT(scraped.samples, IsEmpty());
  EXPECT_EQ(scraped.text_gzip, "");
}

// Value of the last sample of `name`; -1 where there is none.
double LastValue(const Scraped& scraped, const std::string& name) {
  double last = -1;
  for (const auto& [number, value] : scraped.samples) {
    for (const MetricSeries& series : scraped.new_series) {
      if (series.series == number && series.name == name) last = value;
    }
  }
  return last;
}

TEST(MetricsScraperTest, TheFirstScrapeHasTheEnginesSeriesAndTheWholeText) {
  const std::string text = Exposition(2, 50);
  AnsweringServer server([&](const std::string&) { return Answer(text); });
  MetricsTarget target = TargetAt(server.Url(), 3);
  target.headers = {{"Authorization", "Bearer k"}, {"X-Api-Key", "s"}};
  MetricsScraper scraper({target}, {});
  const std::vector<Scraped> all = scraper.ScrapeBefore();
  ASSERT_EQ(all.size(), 1u);
  const Scraped& scraped = all[0];
  EXPECT_EQ(scraped.error, "");
  EXPECT_EQ(scraped.target, 3u);
  EXPECT_EQ(scraped.url, server.Url() + "/metrics");
  EXPECT_EQ(scraped.kind, ScrapeKind::kBefore);
  EXPECT_LE(scraped.begin_mono_ns, scraped.end_mono_ns);
  EXPECT_EQ(scraped.new_series.size(), 2u);  // python's is none of the engine's
  EXPECT_EQ(LastValue(scraped, "vllm:num_requests_running"), 2);
  EXPECT_EQ(LastValue(scraped, "vllm:generation_tokens_total"), 50);
  EXPECT_EQ(*Gunzip(scraped.text_gzip, 1 << 20), text);
  EXPECT_THAT(server.requests().at(0), StartsWith("GET /metrics HTTP/1.1\r\n"));
  EXPECT_THAT(server.requests().at(0),
              HasSubstr("\r\nAuthorization: Bearer k\r\nX-Api-Key: s\r\n"));
  EXPECT_THAT(scraped.peer, StartsWith("here:"));
}

// Servers of one port at 127.0.0.1, 127.0.0.2, ..., and the name that stands for them.
class NamedServers {
 public:
  std::unique_ptr<AnsweringServer> Add(std::function<std::string()> text) {
    const auto at = boost::asio::ip::make_address("127.0.0." + std::to_string(++added_));
    auto server =
        std::make_unique<AnsweringServer>([text](const std::string&) { return Answer(text()); },
                                          nullptr, fakes::ScriptedServer::Endpoint(at, port_));
    port_ = server->port();
    Set([&](auto& addresses) { addresses.push_back(at); });
    return server;
  }
  void TakeOff(const std::string& address) {
    Set([&](auto& addresses) { std::erase(addresses, boost::asio::ip::make_address(address)); });
  }
  MetricsTarget Target() const {
    return {.target = 0,
            .url = *ParseUrl("http://replicas.test:" + std::to_string(port_) + "/metrics"),
            .engine = "vllm",
            .all_addresses = true};
  }
  FetchOptions Options() { return {.lookup = &lookup_}; }
  std::string UrlAt(const std::string& address) const {
    return "http://" + address + ":" + std::to_string(port_) + "/metrics";
  }

 private:
  struct State {
    std::mutex mutex;
    std::vector<boost::asio::ip::address> addresses;
  };
  template <class Change>
  void Set(const Change& change) {
    const std::lock_guard lock(state_->mutex);
    change(state_->addresses);
  }

  const std::shared_ptr<State> state_ = std::make_shared<State>();
  NameLookup lookup_{[state = state_](const std::string& host) -> NameLookup::Addresses {
    EXPECT_EQ(host, "replicas.test");
    const std::lock_guard lock(state->mutex);
    if (state->addresses.empty()) return absl::UnavailableError("it has none");
    return state->addresses;
  }};
  int added_ = 0;
  uint16_t port_ = 0;
};

// What a scraper tells while it runs.
class Told {
 public:
  MetricsScraper::Sink Sink() {
    return [this](Scraped scraped) {
      const std::lock_guard lock(mutex_);
      all_.push_back(std::move(scraped));
      changed_.notify_all();
    };
  }
  // The first of them, from the begin on; waits for it.
  template <class Wanted>
  Scraped First(Wanted wanted) {
    std::unique_lock lock(mutex_);
    for (size_t i = 0;; ++i) {
      const bool in_time =
          changed_.wait_for(lock, std::chrono::seconds(20), [&] { return i < all_.size(); });
      if (!in_time) {
        ADD_FAILURE() << "it was never told";
        return {};
      }
      if (wanted(all_[i])) return all_[i];
    }
  }

  std::vector<Scraped> All() {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Scraped> all_;
};

TEST(MetricsScraperTest, EachServerBehindANameIsScrapedUnderItsOwnUrl) {
  NamedServers named;
  const auto first = named.Add([] { return Exposition(0, 10); });
  const auto second = named.Add([] { return Exposition(0, 20); });
  MetricsScraper scraper({named.Target()}, named.Options());
  const std::vector<Scraped> all = scraper.ScrapeBefore();
  ASSERT_EQ(all.size(), 2u);
  for (uint32_t i = 0; i < 2; ++i) {
    EXPECT_EQ(all[i].error, "");
    EXPECT_EQ(all[i].target, 0u);
    EXPECT_EQ(all[i].replica, i);
    EXPECT_EQ(all[i].url, named.UrlAt("127.0.0." + std::to_string(i + 1)));
    EXPECT_EQ(LastValue(all[i], "vllm:generation_tokens_total"), 10 * (i + 1));
  }
  EXPECT_NE(all[0].peer, all[1].peer);
  // The servers are asked by the name.
  EXPECT_THAT(second->requests().at(0), HasSubstr("\r\nHost: replicas.test:"));
}

TEST(MetricsScraperTest, ReplicasThatComeAndGoAreFollowed) {
  NamedServers named;
  auto first = named.Add([] { return Exposition(0, 10); });
  MetricsScraper scraper({named.Target()}, named.Options(), milliseconds(20));
  ASSERT_EQ(scraper.ScrapeBefore().size(), 1u);
  Told told;
  scraper.Start(told.Sink());
  const auto second = named.Add([] { return Exposition(0, 20); });
  const Scraped born = told.First([](const Scraped& s) { return s.replica == 1u; });
  EXPECT_EQ(born.kind, ScrapeKind::kDuring);
  EXPECT_EQ(born.url, named.UrlAt("127.0.0.2"));
  EXPECT_EQ(born.new_series.size(), 2u);  // series of its own
  // It leaves the name, and still answers: it is being drained.
  named.TakeOff("127.0.0.1");
  told.First([&, seen = 0](const Scraped& s) mutable {
    EXPECT_FALSE(s.gone);
    return s.replica == 0u && s.error.empty() && ++seen == 2;
  });
  first.reset();
  const Scraped gone = told.First([](const Scraped& s) { return s.gone; });
  EXPECT_EQ(gone.replica, 0u);
  EXPECT_EQ(gone.error, "");
  EXPECT_THAT(gone.samples, IsEmpty());
  scraper.Stop();
  const std::vector<Scraped> after = scraper.ScrapeAfter();
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after[0].replica, 1u);
  EXPECT_EQ(after[0].error, "");
}

// What is told of one replica, in order.
std::vector<Scraped> Of(uint32_t replica, const std::vector<Scraped>& all) {
  std::vector<Scraped> found;
  for (const Scraped& scraped : all) {
    if (scraped.replica == replica) found.push_back(scraped);
  }
  return found;
}

// After the last look-up of the run.
TEST(MetricsScraperTest, AReplicaThatIsFirstSeenAtTheEndIsBornInTheRun) {
  NamedServers named;
  const auto first = named.Add([] { return Exposition(0, 10); });
  MetricsScraper scraper({named.Target()}, named.Options());
  ASSERT_EQ(scraper.ScrapeBefore().size(), 1u);
  const auto second = named.Add([] { return Exposition(0, 20); });
  const std::vector<Scraped> after = scraper.ScrapeAfter();
  EXPECT_EQ(Of(0, after).size(), 1u);
  const std::vector<Scraped> born = Of(1, after);
  ASSERT_EQ(born.size(), 2u);
  EXPECT_EQ(born[0].kind, ScrapeKind::kDuring);
  EXPECT_EQ(born[0].new_series.size(), 2u);
  EXPECT_EQ(born[1].kind, ScrapeKind::kAfter);
  EXPECT_THAT(born[1].samples, IsEmpty()) << "nothing has changed";
  // Told once.
  EXPECT_EQ(Of(1, scraper.ScrapeAfter()).size(), 1u);
}

// It is among the servers, and its thread has never come to scrape it.
TEST(MetricsScraperTest, AReplicaThatIsSeenJustAsTheScrapesEndHasABegin) {
  NamedServers named;
  const auto first = named.Add([] { return Exposition(0, 10); });
  std::atomic<bool> begun = false;
  std::promise<void> asked, stopping;
  NameLookup lookup([&, end = stopping.get_future().share()](const std::string& host) {
    if (begun.exchange(false)) {
      asked.set_value();
      end.wait();
    }
    return named.Options().lookup->Find(host, MonoNow() + std::chrono::seconds(20));
  });
  MetricsScraper scraper({named.Target()}, {.lookup = &lookup}, milliseconds(5));
  ASSERT_EQ(scraper.ScrapeBefore().size(), 1u);
  const auto second = named.Add([] { return Exposition(0, 20); });
  begun = true;
  Told told;
  scraper.Start(told.Sink());
  asked.get_future().wait();
  stopping.set_value();
  scraper.Stop();
  std::vector<Scraped> of_second = Of(1, told.All());
  for (const Scraped& scraped : Of(1, scraper.ScrapeAfter())) of_second.push_back(scraped);
  ASSERT_GE(of_second.size(), 2u);
  EXPECT_EQ(of_second.front().kind, ScrapeKind::kDuring);
  EXPECT_EQ(of_second.back().kind, ScrapeKind::kAfter);
}

TEST(MetricsScraperTest, AReplicaThatFailsAndKeepsItsNameIsNotGone) {
  NamedServers named;
  auto first = named.Add([] { return Exposition(0, 10); });
  MetricsScraper scraper({named.Target()}, named.Options());
  scraper.ScrapeBefore();
  first.reset();
  const std::vector<Scraped> failed = scraper.ScrapeAfter();
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_FALSE(failed[0].gone);
  EXPECT_THAT(failed[0].error, HasSubstr("/metrics: 127.0.0.1: connect: "));
}

TEST(MetricsScraperTest, ANameThatIsNotFoundIsAFailedScrapeOfItsUrl) {
  NamedServers named;
  auto first = named.Add([] { return Exposition(0, 10); });
  named.TakeOff("127.0.0.1");
  MetricsScraper scraper({named.Target()}, named.Options());
  const std::vector<Scraped> all = scraper.ScrapeBefore();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].replica, std::nullopt);
  EXPECT_THAT(all[0].url, StartsWith("dns+http://replicas.test:"));
  EXPECT_THAT(all[0].error, HasSubstr("it has none"));
}

TEST(MetricsScraperTest, AScrapeThatFailsSaysWhyAndHasNoSamples) {
  ExpectFailed(BeforeOf(PlainResponse("404 Not Found", Exposition(1, 1))), "/metrics: status 404");
  ExpectFailed(BeforeOf(Answer("vllm:num_requests_running{engine=\"0 1\n")), "/metrics: ");
  ExpectFailed(BeforeOf("not even HTTP\r\n\r\n"), "/metrics: ");
  ExpectFailed(BeforeFrom(fakes::RefusingUrl()), "/metrics: connect: ");
}

TEST(MetricsScraperTest, AScrapeHasItsLimits) {
  FetchOptions options;
  options.body_bytes_max = 20;
  ExpectFailed(BeforeOf(Answer(Exposition(1, 1)), options), "a body of more than 20 bytes");
  options.timeout = milliseconds(50);
  ExpectFailed(BeforeOf("", options), "no answer within 0.05 s");
}

TEST(MetricsScraperTest, ATargetThatFailsDoesNotHarmTheOthers) {
  AnsweringServer good([](const std::string&) { return Answer(Exposition(0, 9)); });
  MetricsScraper scraper({TargetAt(fakes::RefusingUrl(), 0), TargetAt(good.Url(), 1)}, {});
  const std::vector<Scraped> all = scraper.ScrapeBefore();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_THAT(all[0].error, HasSubstr("/metrics: connect: "));
  EXPECT_EQ(all[1].error, "");
  EXPECT_EQ(all[1].target, 1u);
}

TEST(MetricsScraperTest, WhileItRunsOnlyWhatChangedIsTold) {
  std::atomic<int> scrapes = 0;
  AnsweringServer server([&](const std::string&) { return Answer(Exposition(2, 50 * ++scrapes)); });
  MetricsScraper scraper({TargetAt(server.Url())}, {});
  scraper.ScrapeBefore();
  std::promise<Scraped> first;
  std::atomic<bool> told = false;
  scraper.Start([&](Scraped scraped) {
    if (!told.exchange(true)) first.set_value(std::move(scraped));
  });
  const Scraped scraped = first.get_future().get();
  scraper.Stop();
  EXPECT_EQ(scraped.kind, ScrapeKind::kDuring);
  EXPECT_THAT(scraped.new_series, IsEmpty());
  ASSERT_EQ(scraped.samples.size(), 1u);
  EXPECT_EQ(scraped.samples[0].second, 100);
  EXPECT_EQ(scraped.text_gzip, "");
}

TEST(MetricsScraperTest, TheLastScrapeWaitsUntilNothingRunsOrMoves) {
  std::atomic<int> scrapes = 0;
  AnsweringServer server([&](const std::string&) {
    const int scrape = ++scrapes;
    return Answer(Exposition(scrape < 3 ? 1 : 0, scrape < 3 ? 10 * scrape : 30));
  });
  MetricsScraper scraper({TargetAt(server.Url())}, {});
  const Scraped scraped = scraper.ScrapeAfter().at(0);
  EXPECT_EQ(scraped.kind, ScrapeKind::kAfter);
  EXPECT_EQ(LastValue(scraped, "vllm:generation_tokens_total"), 30);
  EXPECT_EQ(LastValue(scraped, "vllm:num_requests_running"), 0);
  EXPECT_EQ(*Gunzip(scraped.text_gzip, 1 << 20), Exposition(0, 30));
}

TEST(MetricsScraperTest, AUrlWithoutAPathIsAskedForItsRoot) {
  AnsweringServer server([](const std::string&) { return Answer(Exposition(0, 1)); });
  MetricsTarget target = TargetAt(server.Url());
  target.url = *ParseUrl(server.Url());
  MetricsScraper scraper({target}, {});
  EXPECT_EQ(scraper.ScrapeBefore().at(0).error, "");
  EXPECT_THAT(server.requests().at(0), StartsWith("GET / HTTP/1.1\r\n"));
}

TEST(MetricsScraperTest, StatisticsOfIterationsBecomeMetrics) {
  std::atomic<int> answered = 0;
  AnsweringServer server([&](const std::string&) {
    // Each answer has what is new alone.
    return PlainResponse("200 OK",
                         R"([{"iter":)" + std::to_string(++answered) +
                             R"(,"numActiveRequests":0,"specDecodingStats":{"numDraftTokens":24,)"
                             R"("numAcceptedTokens":12,"numRequestsWithDraftTokens":8}}])");
  });
  MetricsTarget target = TargetAt(server.Url());
  target.engine = "trtllm";
  target.iteration_stats = true;
  MetricsScraper scraper({target}, {});
  Scraped scraped = scraper.ScrapeBefore().at(0);
  EXPECT_EQ(scraped.error, "");
  EXPECT_EQ(LastValue(scraped, "specctl_trtllm_drafts_total"), 8);
  EXPECT_EQ(LastValue(scraped, "specctl_trtllm_accepted_tokens_total"), 12);
  scraped = scraper.ScrapeBefore().at(0);
  ASSERT_FALSE(scraped.samples.empty());
  EXPECT_EQ(scraped.samples[0].second, 16);
}

TEST(MetricsScraperTest, WhatIsNoStatisticsOfIterationsIsSaid) {
  AnsweringServer server([](const std::string&) { return Answer("trtllm_x 1\n"); });
  MetricsTarget target = TargetAt(server.Url());
  target.iteration_stats = true;
  MetricsScraper scraper({target}, {});
  ExpectFailed(scraper.ScrapeBefore().at(0), "need a JSON array of iteration statistics");
}

}  // namespace
}  // namespace specctl::controller
