#include "common/analysis/server_fold.h"

#include <gtest/gtest.h>

#include <limits>

#include "common/analysis/stages.h"

namespace specctl {
namespace {

constexpr int64_t kT0Ns = 1'000 * kSecondNs;
constexpr const char* kTokens = "vllm:generation_tokens_total";

std::vector<MetricsSource> Sources(uint32_t targets) {
  std::vector<MetricsSource> sources;
  for (uint32_t i = 0; i < targets; ++i) {
    sources.push_back({"http://s" + std::to_string(i) + "/metrics", i});
  }
  return sources;
}

ServerFold ArmedFold(uint32_t targets) {
  ServerFold fold;
  fold.Begin(Sources(targets));
  fold.AddEngine("vllm");
  fold.Arm(kT0Ns);
  return fold;
}

struct Sample {
  uint32_t series;
  double value;
};

Scraped Scrape(uint32_t target, ScrapeKind kind, int64_t at_ms, std::vector<Sample> samples) {
  Scraped scraped{.target = target, .kind = kind};
  scraped.begin_mono_ns = scraped.end_mono_ns = kT0Ns + at_ms * 1'000'000;
  for (const Sample& sample : samples) scraped.samples.emplace_back(sample.series, sample.value);
  return scraped;
}

Scraped Name(Scraped scraped, std::vector<std::string> names) {
  for (size_t i = 0; i < names.size(); ++i) {
    scraped.new_series.push_back({.series = static_cast<uint32_t>(i), .name = names[i]});
  }
  return scraped;
}

TEST(ServerFoldTest, CountersGrowOverSeriesAndTargets) {
  ServerFold fold = ArmedFold(2);
  for (uint32_t target = 0; target < 2; ++target) {
    ASSERT_TRUE(
        fold.ApplyScrape(Name(Scrape(target, ScrapeKind::kBefore, -100, {{0, 1'000}, {1, 50}}),
                              {kTokens, kTokens}))
            .ok());
    ASSERT_TRUE(
        fold.ApplyScrape(Scrape(target, ScrapeKind::kAfter, 9'000, {{0, 1'100}, {1, 57}})).ok());
  }
  const auto figures = fold.Figures(0, 9);
  ASSERT_TRUE(figures.has_value());
  EXPECT_EQ(figures->sums.generated_tokens, 214);
  EXPECT_EQ(figures->scrapes, 4u);
  EXPECT_FALSE(figures->sums.prompt_tokens.has_value());
}

TEST(ServerFoldTest, ATargetWithoutCountersTakesNoOthersAway) {
  ServerFold fold = ArmedFold(2);
  ASSERT_TRUE(fold.ApplyScrape(Name(Scrape(0, ScrapeKind::kBefore, -1, {{0, 0}}), {kTokens})).ok());
  EXPECT_TRUE(fold.Figures(0, 1)->targets.empty());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kAfter, 1, {{0, 5}})).ok());
  auto figures = fold.Figures(0, 1);
  ASSERT_TRUE(figures.has_value());
  EXPECT_FALSE(figures->complete);
  EXPECT_EQ(figures->sums.generated_tokens, 5);
  ASSERT_EQ(figures->partial.size(), 1u);
  EXPECT_EQ(figures->partial[0].first, "generated_tokens");
  EXPECT_EQ(figures->partial[0].second, std::vector<std::string>{"http://s0/metrics"});
  ASSERT_NE(figures->OfTarget(0), nullptr);
  EXPECT_EQ(figures->OfTarget(0)->generated_tokens, 5);
  EXPECT_EQ(figures->OfTarget(1), nullptr);

  ASSERT_TRUE(fold.ApplyScrape(Name(Scrape(1, ScrapeKind::kBefore, -1, {{0, 0}}), {kTokens})).ok());
  Scraped failed = Scrape(1, ScrapeKind::kAfter, 2, {});
  failed.error = "connection refused";
  ASSERT_TRUE(fold.ApplyScrape(failed).ok());
  EXPECT_FALSE(fold.Figures(0, 1)->complete);
  ASSERT_TRUE(fold.ApplyScrape(Scrape(1, ScrapeKind::kAfter, 3, {{0, 2}})).ok());
  figures = fold.Figures(0, 1);
  EXPECT_TRUE(figures->complete);
  EXPECT_EQ(figures->sums.generated_tokens, 7);
  EXPECT_TRUE(figures->partial.empty());
  EXPECT_EQ(figures->scrapes_failed, 1u);
}

TEST(MetricsSourcesTest, CountersBelongToTheTargetOfTheSameOrigin) {
  RunSpec spec;
  spec.targets = {{.url = "http://a:1/x"}, {.url = "http://b:2"}};
  const auto targets = [&] {
    std::vector<std::optional<uint32_t>> of;
    for (const MetricsSource& source : MetricsSourcesOf(spec)) of.push_back(source.target);
    return of;
  };
  using Of = std::vector<std::optional<uint32_t>>;
  EXPECT_EQ(targets(), (Of{0, 1}));
  spec.metrics_urls = {"http://a:1/metrics", ""};
  EXPECT_EQ(targets(), (Of{0, 1}));
  spec.metrics_urls = {"http://gateway/metrics", "http://b:2/metrics"};
  EXPECT_EQ(targets(), (Of{std::nullopt, std::nullopt}));
  spec.metrics_urls = {"http://a:1/metrics", "http://b:2/metrics", "http://c:3/metrics"};
  EXPECT_EQ(targets(), (Of{std::nullopt, std::nullopt, std::nullopt}));
  spec.targets = {{.url = "http://gateway"}};
  spec.metrics_urls = {"http://pod:8000/metrics"};
  EXPECT_EQ(targets(), (Of{0}));
  spec.server_metrics = false;
  EXPECT_TRUE(targets().empty());
}

TEST(ServerFoldTest, ACounterThatTheServerRoundsIsNoFigure) {
  for (const auto& [before, after] : {std::pair(999'000, 999'900), std::pair(999'900, 1'000'010)}) {
    ServerFold fold;
    fold.Begin(Sources(1));
    fold.AddEngine("llamacpp");
    fold.Arm(kT0Ns);
    const double generated_before = before, generated_after = after;
    ASSERT_TRUE(
        fold.ApplyScrape(
                Name(Scrape(0, ScrapeKind::kBefore, -1, {{0, generated_before}, {1, 5}}),
                     {"llamacpp:tokens_predicted_total", "llamacpp:spec_decode_num_drafts_total"}))
            .ok());
    ASSERT_TRUE(
        fold.ApplyScrape(Scrape(0, ScrapeKind::kAfter, 1, {{0, generated_after}, {1, 9}})).ok());
    const auto figures = fold.Figures(0, 1);
    EXPECT_EQ(figures->sums.generated_tokens.has_value(), after < 1'000'000);
    EXPECT_EQ(figures->sums.drafts, 4);
  }
}

TEST(ServerFoldTest, ASeriesThatAppearsLaterGrewFromZero) {
  ServerFold fold = ArmedFold(1);
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kBefore, -1, {})).ok());
  ASSERT_TRUE(fold.ApplyScrape(Name(Scrape(0, ScrapeKind::kAfter, 5, {{0, 40}}), {kTokens})).ok());
  EXPECT_EQ(fold.Figures(0, 1)->sums.generated_tokens, 40);
}

TEST(ServerFoldTest, ARestartIsOneResetWhateverTheNumberOfSeries) {
  ServerFold fold = ArmedFold(1);
  ASSERT_TRUE(fold.ApplyScrape(Name(Scrape(0, ScrapeKind::kBefore, -1, {{0, 90}, {1, 9}}),
                                    {kTokens, "vllm:prompt_tokens_total"}))
                  .ok());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kAfter, 5, {{0, 4}, {1, 2}})).ok());
  EXPECT_EQ(fold.Figures(0, 1)->resets, 1u);
  EXPECT_EQ(fold.Figures(0, 1)->sums.generated_tokens, 4);
}

TEST(ServerFoldTest, TheOlderNameOfAFamilyIsNotAddedToTheNewer) {
  ServerFold fold = ArmedFold(1);
  ASSERT_TRUE(
      fold.ApplyScrape(Name(Scrape(0, ScrapeKind::kBefore, -1, {{0, 0}, {1, 0}}),
                            {"vllm:gpu_prefix_cache_hits_total", "vllm:prefix_cache_hits_total"}))
          .ok());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kAfter, 5, {{0, 30}, {1, 30}})).ok());
  EXPECT_EQ(fold.Growth(ServerFigure::kPrefixHits), 30);
  EXPECT_EQ(fold.Figures(0, 1)->other_names,
            std::vector<std::string>{"vllm:gpu_prefix_cache_hits_total"});
}

TEST(ServerFoldTest, AcceptedByPositionSumsRanks) {
  ServerFold fold = ArmedFold(1);
  Scraped before = Scrape(0, ScrapeKind::kBefore, -1, {{0, 0}, {1, 0}, {2, 0}});
  for (uint32_t i = 0; i < 3; ++i) {
    before.new_series.push_back({.series = i,
                                 .name = "vllm:spec_decode_num_accepted_tokens_per_pos_total",
                                 .labels = {{"engine", "0"}, {"position", i == 2 ? "1" : "0"}}});
  }
  ASSERT_TRUE(fold.ApplyScrape(before).ok());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kAfter, 5, {{0, 8}, {1, 2}, {2, 6}})).ok());
  EXPECT_EQ(fold.Figures(0, 1)->sums.accepted_by_position, (std::vector<double>{10, 6}));
}

TEST(ServerFoldTest, GaugesAreMeansOverTheHoldAndKeepTheirLastValue) {
  ServerFold fold = ArmedFold(1);
  ASSERT_TRUE(fold.ApplyScrape(Name(Scrape(0, ScrapeKind::kBefore, -1, {{0, 0}, {1, 0}}),
                                    {"vllm:num_requests_running", "vllm:num_requests_waiting"}))
                  .ok());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kDuring, 500, {{0, 100}})).ok());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kDuring, 1'500, {{0, 8}, {1, 3}})).ok());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kDuring, 2'500, {{0, 6}})).ok());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kAfter, 9'000, {{0, 0}, {1, 0}})).ok());
  const auto figures = fold.Figures(1, 3);
  ASSERT_TRUE(figures && figures->running && figures->waiting);
  EXPECT_DOUBLE_EQ(figures->running->mean, 7);
  EXPECT_DOUBLE_EQ(figures->running->max, 8);
  EXPECT_DOUBLE_EQ(figures->waiting->mean, 3);
  EXPECT_FALSE(figures->kv_cache_share.has_value());
}

TEST(ServerFoldTest, GrowthIsSpreadBetweenItsScrapes) {
  ServerFold fold = ArmedFold(1);
  ASSERT_TRUE(
      fold.ApplyScrape(Name(Scrape(0, ScrapeKind::kBefore, -500, {{0, 0}}), {kTokens})).ok());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kDuring, 1'500, {{0, 300}})).ok());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kDuring, 2'500, {{0, 400}})).ok());
  EXPECT_DOUBLE_EQ(fold.WindowAt(0).generated_tokens.value(), 200);
  EXPECT_DOUBLE_EQ(fold.WindowAt(1).generated_tokens.value(), 150);
  EXPECT_DOUBLE_EQ(fold.WindowAt(2).generated_tokens.value(), 50);
  EXPECT_FALSE(fold.WindowAt(3).generated_tokens.has_value());
}

TEST(ServerFoldTest, AFamilyWithAndWithoutTotalCountsOnce) {
  ServerFold fold = ArmedFold(1);
  ASSERT_TRUE(fold.ApplyScrape(Name(Scrape(0, ScrapeKind::kBefore, -1, {{0, 0}, {1, 0}}),
                                    {"vllm:generation_tokens", kTokens}))
                  .ok());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kAfter, 5, {{0, 88}, {1, 88}})).ok());
  const auto figures = fold.Figures(0, 1);
  EXPECT_EQ(figures->sums.generated_tokens, 88);
  EXPECT_EQ(figures->other_names, std::vector<std::string>{"vllm:generation_tokens"});
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(ServerFoldTest, WhatIsNoNumberIsAbsent) {
  ServerFold fold = ArmedFold(1);
  const double infinity = std::numeric_limits<double>::infinity();
  ASSERT_TRUE(fold.ApplyScrape(Name(Scrape(0, ScrapeKind::kBefore, -1,
                                           {{0, 0}, {1, kNan}, {2, infinity}, {3, kNan}, {4, 0}}),
                                    {kTokens, "vllm:num_preemptions_total",
                                     "vllm:spec_decode_num_drafts_total",
                                     "vllm:num_requests_running", "vllm:num_requests_waiting"}))
                  .ok());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kDuring, 500, {{0, 7}, {4, 2}})).ok());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kAfter, 1'500, {{0, 9}, {4, kNan}})).ok());
  const auto figures = fold.Figures(0, 2);
  EXPECT_EQ(figures->sums.generated_tokens, 9);
  EXPECT_FALSE(figures->sums.preemptions.has_value());
  EXPECT_FALSE(figures->sums.drafts.has_value());
  EXPECT_FALSE(figures->running.has_value());
  EXPECT_EQ(fold.WindowAt(0).waiting, 2);
  EXPECT_FALSE(fold.WindowAt(1).waiting.has_value()) << "it was a number only before";
}

TEST(ServerFoldTest, ACounterThatEndsAsNoNumberHasNoGrowth) {
  ServerFold fold = ArmedFold(1);
  ASSERT_TRUE(fold.ApplyScrape(Name(Scrape(0, ScrapeKind::kBefore, -1, {{0, 5}}), {kTokens})).ok());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kDuring, 5, {{0, 40}})).ok());
  ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kAfter, 9, {{0, kNan}})).ok());
  EXPECT_FALSE(fold.Figures(0, 1)->sums.generated_tokens.has_value());
  EXPECT_FALSE(fold.Figures(0, 1)->any_known);
}

TEST(ServerFoldTest, AnAddressThatAlternatesBetweenServersHasNoSums) {
  ServerFold fold = ArmedFold(2);
  for (uint32_t target = 0; target < 2; ++target) {
    ASSERT_TRUE(
        fold.ApplyScrape(Name(Scrape(target, ScrapeKind::kBefore, -1, {{0, 900}}), {kTokens}))
            .ok());
  }
  double high = 500'000, low = 900;
  for (int64_t at_ms = 500; at_ms < 3'000; at_ms += 1'000) {
    ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kDuring, at_ms, {{0, ++high}})).ok());
    ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kDuring, at_ms + 500, {{0, ++low}})).ok());
  }
  for (uint32_t target = 0; target < 2; ++target) {
    ASSERT_TRUE(fold.ApplyScrape(Scrape(target, ScrapeKind::kAfter, 4'000, {{0, 910}})).ok());
  }
  const auto figures = fold.Figures(0, 4);
  ASSERT_EQ(figures->alternating.size(), 1u);
  EXPECT_EQ(figures->alternating[0].first, "http://s0/metrics");
  EXPECT_EQ(figures->alternating[0].second, 3u);
  EXPECT_EQ(figures->resets, 0u);
  EXPECT_FALSE(figures->complete);
  EXPECT_FALSE(figures->sums.generated_tokens.has_value());
  EXPECT_EQ(figures->OfTarget(0), nullptr);
  EXPECT_EQ(figures->OfTarget(1)->generated_tokens, 10);
}

TEST(ServerFoldTest, WhyScrapesFailedIsKept) {
  ServerFold fold = ArmedFold(1);
  Scraped failed = Scrape(0, ScrapeKind::kBefore, -1, {});
  for (const std::string why : {"a", "b", "a", "c", "d", "a"}) {
    failed.error = why;
    failed.url = "http://s0/metrics";
    ASSERT_TRUE(fold.ApplyScrape(failed).ok());
  }
  const auto figures = fold.Figures(0, 1);
  const auto failures = fold.Failures();
  ASSERT_EQ(failures.size(), 3u);
  EXPECT_EQ(failures[0].text, "a");
  EXPECT_EQ(failures[0].scrapes, 3u);
  EXPECT_EQ(failures[2].scrapes, 2u) << "those beyond the third text are with it";
  EXPECT_EQ(figures->scrapes, 6u);
  EXPECT_EQ(figures->scrapes_failed, 6u);
}

// --- one server under two URLs ------------------------------------------------------------------

struct OneOfTwo {
  std::string peer;
  std::optional<double> start_s;
  double tokens = 0;
};

ServerFold FoldOfTwo(const std::vector<OneOfTwo>& two) {
  ServerFold fold = ArmedFold(2);
  for (const auto kind : {ScrapeKind::kBefore, ScrapeKind::kAfter}) {
    const bool before = kind == ScrapeKind::kBefore;
    for (uint32_t i = 0; i < 2; ++i) {
      Scraped scraped = Scrape(i, kind, before ? -1 : 5, {{0, before ? 0 : two[i].tokens}});
      scraped.peer = two[i].peer;
      scraped.url = "http://s" + std::to_string(i) + "/metrics";
      if (before) scraped = Name(std::move(scraped), {kTokens});
      if (before && two[i].start_s) {
        scraped.new_series.push_back({.series = 1, .name = "process_start_time_seconds"});
        scraped.samples.emplace_back(1, *two[i].start_s);
      }
      EXPECT_TRUE(fold.ApplyScrape(scraped).ok());
    }
  }
  return fold;
}

TEST(ServerFoldTest, OneServerUnderTwoUrlsCountsOnce) {
  const std::vector<std::vector<OneOfTwo>> same = {
      {{"here:80", 7.5, 40}, {"here:80", 7.5, 41}},
      {{"10.0.0.1:80", 7.5, 40}, {"10.0.0.9:80", 7.5, 40}},
      {{"here:80", {}, 40}, {"here:80", {}, 40}},
  };
  for (const auto& two : same) {
    const auto figures = FoldOfTwo(two).Figures(0, 1);
    EXPECT_EQ(figures->sums.generated_tokens, 40);
    ASSERT_EQ(figures->duplicates.size(), 1u);
    EXPECT_EQ(figures->duplicates[0],
              std::pair(std::string("http://s1/metrics"), std::string("http://s0/metrics")));
    EXPECT_TRUE(figures->complete);
    EXPECT_EQ(figures->OfTarget(0), nullptr) << "they are of both targets";
  }
}

TEST(ServerFoldTest, ServersThatMerelyLookAlikeCountApart) {
  const std::vector<std::vector<OneOfTwo>> apart = {
      {{"here:80", 7.5, 40}, {"here:81", 8.5, 40}},
      {{"here:80", {}, 40}, {"here:81", {}, 40}},
      {{"10.0.0.1:80", {}, 40}, {"10.0.0.1:80", {}, 44}},
      {{"10.0.0.1:80", 7.5, 40}, {"10.0.0.1:80", 8.5, 40}},
      {{"here:80", 7.5, 40}, {"here:81", 7.5, 44}},
      {{"here:80", 7.5, 0}, {"here:81", 7.5, 0}},
  };
  for (const auto& two : apart) {
    const auto figures = FoldOfTwo(two).Figures(0, 1);
    EXPECT_EQ(figures->sums.generated_tokens, two[0].tokens + two[1].tokens);
    EXPECT_TRUE(figures->duplicates.empty());
  }
}

TEST(ServerFoldTest, TheProcessesStartTellsRestartsFromOtherServers) {
  for (const bool comes_back : {false, true}) {
    ServerFold fold = ArmedFold(1);
    ASSERT_TRUE(fold.ApplyScrape(Name(Scrape(0, ScrapeKind::kBefore, -1, {{0, 50}, {1, 1'000}}),
                                      {kTokens, "process_start_time_seconds"}))
                    .ok());
    ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kDuring, 5, {{0, 10}, {1, 2'000}})).ok());
    const double third = comes_back ? 1'000 : 3'000;
    ASSERT_TRUE(fold.ApplyScrape(Scrape(0, ScrapeKind::kAfter, 9, {{0, 60}, {1, third}})).ok());
    const auto figures = fold.Figures(0, 1);
    EXPECT_EQ(figures->alternating.size(), comes_back ? 1u : 0u);
    EXPECT_EQ(figures->sums.generated_tokens.has_value(), !comes_back);
  }
}

TEST(ServerFoldTest, WhatWasNeverNamedIsDataLoss) {
  ServerFold fold = ArmedFold(1);
  const absl::Status sample = fold.ApplyScrape(Scrape(0, ScrapeKind::kBefore, -1, {{3, 1}}));
  EXPECT_EQ(sample.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(sample.message(), "scrape of target 0: a sample of series 3, which it never named");
  const absl::Status target = fold.ApplyScrape(Scrape(4, ScrapeKind::kBefore, -1, {}));
  EXPECT_EQ(target.message(), "scrape of target 4: need one below 1");
}

}  // namespace
}  // namespace specctl
