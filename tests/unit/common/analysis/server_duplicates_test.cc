#include "common/analysis/server_duplicates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/analysis/server_fold.h"

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

// A server as two scrapes show it.
struct ShownServer {
  std::string url = "http://s/metrics", peer;
  double start_s = 0;  // 0: it does not tell
  double tokens = 40;
};

void Show(const ShownServer& shown, ServerSeries& series) {
  static const EngineProfile* const kEngines[] = {&VllmProfile()};
  Scraped scraped{.url = shown.url, .kind = ScrapeKind::kBefore};
  scraped.peer = shown.peer;
  scraped.new_series = {{.series = 0, .name = "vllm:generation_tokens_total", .labels = {}}};
  scraped.samples = {{0, 5}};
  if (shown.start_s > 0) {
    scraped.new_series.push_back({.series = 1, .name = "process_start_time_seconds", .labels = {}});
    scraped.samples.emplace_back(1, shown.start_s);
  }
  ASSERT_TRUE(series.ApplySamples(scraped, kEngines).ok());
  scraped.kind = ScrapeKind::kAfter;
  scraped.new_series.clear();
  scraped.samples = {{0, shown.tokens}};
  ASSERT_TRUE(series.ApplySamples(scraped, kEngines).ok());
}

std::vector<std::optional<uint32_t>> DuplicatesOf(const std::vector<ShownServer>& shown) {
  std::vector<ServerSeries> series(shown.size());
  std::vector<const ServerSeries*> servers;
  for (size_t i = 0; i < shown.size(); ++i) {
    Show(shown[i], series[i]);
    servers.push_back(&series[i]);
  }
  return FindDuplicates(servers);
}

TEST(FindDuplicatesTest, TwoOfAddressStartAndCountersMustAgree) {
  const auto none = std::optional<uint32_t>();
  EXPECT_THAT(DuplicatesOf({{.peer = "a:1", .start_s = 7}, {.peer = "a:1", .start_s = 7}}),
              ElementsAre(none, Optional(0u)));
  EXPECT_THAT(DuplicatesOf({{.peer = "a:1", .start_s = 7}, {.peer = "b:1", .start_s = 7}}),
              ElementsAre(none, Optional(0u)))
      << "start and counters";
  EXPECT_THAT(DuplicatesOf({{.peer = "a:1"}, {.peer = "a:1"}}), ElementsAre(none, Optional(0u)))
      << "address and counters";
  EXPECT_THAT(DuplicatesOf({{.peer = "a:1", .start_s = 7}, {.peer = "a:1"}}),
              ElementsAre(none, Optional(0u)))
      << "address and counters; one does not tell its start";
  EXPECT_THAT(DuplicatesOf({{.peer = "a:1"}, {.peer = "a:1", .tokens = 41}}),
              ElementsAre(none, none));
  EXPECT_THAT(DuplicatesOf({{.peer = "a:1"}, {.peer = "b:1"}}), ElementsAre(none, none));
  EXPECT_THAT(DuplicatesOf({{.peer = "a:1", .start_s = 7}, {.peer = "a:1", .start_s = 8}}),
              ElementsAre(none, none));
  // The server's counters and the exporter's, say.
  EXPECT_THAT(DuplicatesOf({{.peer = "a:1", .start_s = 7},
                            {.url = "http://s/other", .peer = "a:1", .start_s = 7, .tokens = 9}}),
              ElementsAre(none, none));
}

TEST(FindDuplicatesTest, OfManyTheEarliestStandsForAll) {
  const auto none = std::optional<uint32_t>();
  EXPECT_THAT(DuplicatesOf({{.peer = "a:1", .tokens = 9},
                            {.peer = "b:1", .start_s = 7},
                            {.peer = "c:1", .start_s = 7},
                            {.peer = "c:1", .start_s = 7},
                            {.peer = "a:1", .tokens = 9}}),
              ElementsAre(none, none, Optional(1u), Optional(1u), Optional(0u)));
}

// Two addresses each: found anew at every scrape before and after the run, over all pairs, that
// were 10^9 comparisons.
TEST(FindDuplicatesTest, AThousandReplicasAreToldApart) {
  constexpr uint32_t kReplicas = 1000;
  ServerFold fold;
  fold.Begin({{"dns+http://vllm:8000/metrics", 0u}});
  fold.AddEngine("vllm");
  const auto scrape = [&](ScrapeKind kind, uint32_t number, double tokens) {
    Scraped scraped{.target = 0, .url = "http://r/metrics", .kind = kind};
    scraped.replica = number;
    scraped.peer = "10.0.0." + std::to_string(number) + ":8000";
    scraped.samples = {{0, tokens}};
    if (kind == ScrapeKind::kBefore) {
      scraped.new_series = {{.series = 0, .name = "vllm:generation_tokens_total", .labels = {}},
                            {.series = 1, .name = "process_start_time_seconds", .labels = {}}};
      scraped.samples.emplace_back(1, 1e9 + number % kReplicas);
    }
    ASSERT_TRUE(fold.ApplyScrape(scraped).ok());
  };
  for (uint32_t i = 0; i < 2 * kReplicas; ++i) scrape(ScrapeKind::kBefore, i, 0);
  for (uint32_t i = 0; i < 2 * kReplicas; ++i) scrape(ScrapeKind::kAfter, i, 1 + i % kReplicas);
  const auto figures = fold.Figures(0, 1);
  ASSERT_TRUE(figures.has_value());
  EXPECT_EQ(figures->sums.generated_tokens, kReplicas * (kReplicas + 1) / 2.0);
  EXPECT_EQ(figures->duplicates.size(), kReplicas);
  EXPECT_EQ(figures->replicas.at(0).first, kReplicas);
}

}  // namespace
}  // namespace specctl
