#include "controller/scrape/metrics_scraper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>

#include "tests/fakes/answering_server.h"
#include "tests/fakes/gunzip.h"
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
  EXPECT_EQ(fakes::Gunzip(scraped.text_gzip), text);
  EXPECT_THAT(server.requests().at(0), StartsWith("GET /metrics HTTP/1.1\r\n"));
  EXPECT_THAT(server.requests().at(0),
              HasSubstr("\r\nAuthorization: Bearer k\r\nX-Api-Key: s\r\n"));
  EXPECT_THAT(scraped.peer, StartsWith("here:"));
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
  EXPECT_EQ(fakes::Gunzip(scraped.text_gzip), Exposition(0, 30));
}

TEST(MetricsScraperTest, AUrlWithoutAPathIsAskedForItsRoot) {
  AnsweringServer server([](const std::string&) { return Answer(Exposition(0, 1)); });
  MetricsTarget target = TargetAt(server.Url());
  target.url = *ParseUrl(server.Url());
  MetricsScraper scraper({target}, {});
  EXPECT_EQ(scraper.ScrapeBefore().at(0).error, "");
  EXPECT_THAT(server.requests().at(0), StartsWith("GET / HTTP/1.1\r\n"));
}

}  // namespace
}  // namespace specctl::controller
