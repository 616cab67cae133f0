// Servers behind a name (dns+http), as ServerFold counts them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/analysis/server_fold.h"
#include "common/analysis/stages.h"

namespace specctl {
namespace {

using ::testing::ElementsAre;

constexpr int64_t kReplicasT0Ns = 1'000 * kSecondNs;
constexpr const char* kUrl = "dns+http://vllm:8000/metrics";

// A journal's scrapes of replicas: their tokens, accepted tokens, drafts and requests running.
class ReplicaScript {
 public:
  ReplicaScript() {
    fold_.Begin({{kUrl, 0u}});
    fold_.AddEngine("vllm");
    fold_.Arm(kReplicasT0Ns);
  }

  void Scrape(uint32_t replica, ScrapeKind kind, double at_s, double tokens, double running = 0) {
    Scraped scraped = At(replica, kind, at_s);
    if (!named_[replica]) {
      named_[replica] = true;
      scraped.new_series = {{.series = 0, .name = "vllm:generation_tokens_total", .labels = {}},
                            {.series = 1, .name = "vllm:num_requests_running", .labels = {}}};
    }
    scraped.samples = {{0, tokens}, {1, running}};
    scraped.peer = "10.0.0." + std::to_string(replica) + ":8000";
    EXPECT_TRUE(fold_.ApplyScrape(scraped).ok());
  }
  void Fail(uint32_t replica, ScrapeKind kind, double at_s) {
    Scraped scraped = At(replica, kind, at_s);
    scraped.error = "connect: refused";
    EXPECT_TRUE(fold_.ApplyScrape(scraped).ok());
  }
  void Gone(uint32_t replica, double at_s) {
    Scraped scraped = At(replica, ScrapeKind::kDuring, at_s);
    scraped.gone = true;
    EXPECT_TRUE(fold_.ApplyScrape(scraped).ok());
  }
  ServerFigures Figures() const { return *fold_.Figures(0, 4); }
  // Replicas in each of the first five seconds; -1: unknown.
  std::vector<int> Replicas() const {
    std::vector<int> replicas;
    for (size_t second = 0; second < 5; ++second) {
      const auto count = fold_.WindowAt(second).replicas;
      replicas.push_back(count ? static_cast<int>(*count) : -1);
    }
    return replicas;
  }
  ServerFold& fold() { return fold_; }

 private:
  static Scraped At(uint32_t replica, ScrapeKind kind, double at_s) {
    Scraped scraped{.target = 0,
                    .url = "http://10.0.0." + std::to_string(replica) + ":8000/metrics",
                    .kind = kind};
    scraped.begin_mono_ns = scraped.end_mono_ns = kReplicasT0Ns + static_cast<int64_t>(at_s * 1e9);
    scraped.replica = replica;
    return scraped;
  }

  ServerFold fold_;
  std::array<bool, 16> named_{};
};

TEST(ServerFoldReplicasTest, TheReplicasOfANameAreAddedUpAsOne) {
  ReplicaScript script;
  for (uint32_t i = 0; i < 3; ++i) script.Scrape(i, ScrapeKind::kBefore, -1, 1'000 * (i + 1));
  for (uint32_t i = 0; i < 3; ++i) {
    for (int s = 0; s < 5; ++s) script.Scrape(i, ScrapeKind::kDuring, s + 0.5, 1'000 * (i + 1), 2);
    script.Scrape(i, ScrapeKind::kAfter, 5.5, 1'000 * (i + 1) + 100);
  }
  const ServerFigures figures = script.Figures();
  EXPECT_TRUE(figures.complete);
  EXPECT_EQ(figures.sums.generated_tokens, 300);
  EXPECT_TRUE(figures.partial.empty());
  ASSERT_EQ(figures.targets.size(), 1u);
  EXPECT_EQ(figures.targets[0].url, kUrl);
  EXPECT_EQ(figures.targets[0].target, 0u);
  EXPECT_EQ(figures.targets[0].counters.generated_tokens, 300);
  EXPECT_EQ(figures.running->mean, 6);
  EXPECT_EQ(script.fold().Growth(ServerFigure::kGeneratedTokens), 300);
  ASSERT_EQ(figures.replicas.size(), 1u);
  EXPECT_EQ(figures.replicas[0].first, 3u);
  EXPECT_EQ(figures.replicas[0].last(), 3u);
  EXPECT_THAT(script.Replicas(), ElementsAre(3, 3, 3, 3, 3));
}

TEST(ServerFoldReplicasTest, CountersOfABornReplicaBeginAtItsFirstScrape) {
  ReplicaScript script;
  script.Scrape(0, ScrapeKind::kBefore, -1, 1'000);
  for (int s = 0; s < 5; ++s) script.Scrape(0, ScrapeKind::kDuring, s + 0.5, 1'000);
  // Its first scrape fails: it is starting.
  script.Fail(1, ScrapeKind::kDuring, 2.2);
  script.Scrape(1, ScrapeKind::kDuring, 3.2, 5'000, 4);
  script.Scrape(1, ScrapeKind::kDuring, 4.2, 5'050, 4);
  script.Scrape(0, ScrapeKind::kAfter, 5.5, 1'100);
  script.Scrape(1, ScrapeKind::kAfter, 5.5, 5'070);
  const ServerFigures figures = script.Figures();
  EXPECT_TRUE(figures.complete);
  EXPECT_EQ(figures.sums.generated_tokens, 170);
  EXPECT_EQ(figures.replicas[0].born, 1u);
  EXPECT_EQ(figures.replicas[0].last(), 2u);
  EXPECT_THAT(script.Replicas(), ElementsAre(1, 1, 1, 2, 2));
  EXPECT_EQ(script.fold().WindowAt(2).running, 0);
  EXPECT_EQ(script.fold().WindowAt(3).running, 4);
}

TEST(ServerFoldReplicasTest, OneThatIsGoneKeepsItsTokensAndRunsNothing) {
  ReplicaScript script;
  for (uint32_t i = 0; i < 2; ++i) script.Scrape(i, ScrapeKind::kBefore, -1, 0, 0);
  for (int s = 0; s < 5; ++s) script.Scrape(0, ScrapeKind::kDuring, s + 0.5, 10, 1);
  script.Scrape(1, ScrapeKind::kDuring, 0.5, 70, 8);
  script.Scrape(1, ScrapeKind::kDuring, 1.5, 80, 8);
  script.Gone(1, 2.5);
  script.Scrape(0, ScrapeKind::kAfter, 5.5, 20);
  const ServerFigures figures = script.Figures();
  EXPECT_TRUE(figures.complete);
  EXPECT_EQ(figures.sums.generated_tokens, 100);
  EXPECT_EQ(figures.targets[0].target, 0u);
  EXPECT_EQ(figures.replicas[0].gone, 1u);
  EXPECT_EQ(figures.replicas[0].last(), 1u);
  EXPECT_EQ(script.fold().WindowAt(1).running, 9);
  EXPECT_EQ(script.fold().WindowAt(2).running, 1);
  EXPECT_THAT(script.Replicas(), ElementsAre(2, 2, 1, 1, 1));
}

TEST(ServerFoldReplicasTest, WithoutOneReplicasEndTheSumIsNamedPartial) {
  ReplicaScript script;
  for (uint32_t i = 0; i < 2; ++i) script.Scrape(i, ScrapeKind::kBefore, -1, 0);
  script.Scrape(0, ScrapeKind::kAfter, 5.5, 20);
  script.Fail(1, ScrapeKind::kAfter, 5.5);
  const ServerFigures figures = script.Figures();
  EXPECT_FALSE(figures.complete);
  EXPECT_EQ(figures.sums.generated_tokens, 20);
  EXPECT_FALSE(figures.partial.empty());
  EXPECT_EQ(figures.targets[0].target, std::nullopt);  // they are not all of the target's
}

TEST(ServerFoldReplicasTest, TwoAddressesOfOneReplicaCountOnce) {
  ReplicaScript script;
  for (uint32_t i = 0; i < 2; ++i) {
    Scraped scraped{.target = 0, .url = "http://x/metrics", .kind = ScrapeKind::kBefore};
    scraped.begin_mono_ns = scraped.end_mono_ns = kReplicasT0Ns - kSecondNs;
    scraped.replica = i;
    scraped.peer = i == 0 ? "10.0.0.1:8000" : "fd00::1:8000";
    scraped.new_series = {{.series = 0, .name = "vllm:generation_tokens_total", .labels = {}},
                          {.series = 1, .name = "process_start_time_seconds", .labels = {}}};
    scraped.samples = {{0, 5}, {1, 1'700'000'000.25}};
    ASSERT_TRUE(script.fold().ApplyScrape(scraped).ok());
    scraped.kind = ScrapeKind::kAfter;
    scraped.begin_mono_ns = scraped.end_mono_ns = kReplicasT0Ns + kSecondNs;
    scraped.new_series.clear();
    scraped.samples = {{0, 45}};
    ASSERT_TRUE(script.fold().ApplyScrape(scraped).ok());
  }
  const ServerFigures figures = script.Figures();
  EXPECT_EQ(figures.sums.generated_tokens, 40);
  EXPECT_EQ(figures.duplicates.size(), 1u);
  EXPECT_EQ(figures.replicas[0].first, 1u);
  EXPECT_EQ(figures.targets[0].target, 0u);
  EXPECT_EQ(script.fold().WindowAt(1).replicas, 1u);
}

TEST(ServerFoldReplicasTest, ANameThatWasNeverFoundLeavesTheSumsIncomplete) {
  ServerFold fold;
  fold.Begin({{kUrl, 0u}});
  Scraped failed{.target = 0, .url = kUrl, .kind = ScrapeKind::kBefore, .error = "look up: none"};
  ASSERT_TRUE(fold.ApplyScrape(failed).ok());
  EXPECT_FALSE(fold.Figures(0, 1)->complete);
  EXPECT_EQ(fold.Failures().at(0).text, "look up: none");
}

TEST(ServerFoldReplicasTest, APlainUrlHasNoReplicas) {
  ServerFold fold;
  fold.Begin({{"http://vllm:8000/metrics", 0u}});
  EXPECT_FALSE(fold.ApplyScrape({.target = 0, .replica = 0}).ok());
}

TEST(ServerFoldReplicasTest, ANameOfATargetIsTheTargets) {
  RunSpec spec;
  spec.targets = {{.url = "http://a:8000"}, {.url = "http://b:8000"}};
  spec.metrics_urls = {"dns+http://a:8000/metrics", "dns+http://b:8000/metrics"};
  EXPECT_EQ(MetricsSourcesOf(spec).at(1).target, 1u);
}

}  // namespace
}  // namespace specctl
