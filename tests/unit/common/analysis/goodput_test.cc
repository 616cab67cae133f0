#include "common/analysis/goodput.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "tests/unit/common/analysis/journal_script.h"
#include "tests/unit/common/analysis/steady_traffic.h"

namespace specctl {
namespace {

// Ten requests: TTFT 10, 20, .. 100 ms, then a token each `gap_ms`.
Results RunWith(const std::string& goodput, double gap_ms = 10) {
  JournalScript script({.bs = 1});
  script.spec().goodput = *ParseGoodput(goodput);
  for (int i = 0; i < 10; ++i) {
    const double at_ms = i * 1'000.0, first_ms = at_ms + 10 * (i + 1);
    script.Begin({.at_ms = at_ms}).Chunks(11, first_ms, gap_ms, 1).Ok(first_ms + 10 * gap_ms);
  }
  return Fold(script.Events());
}

double ShareOf(const Results& results) { return results.headline.throughput.goodput_share->value; }

TEST(GoodputOfRequestsTest, ALimitIsKeptUpToItself) {
  EXPECT_DOUBLE_EQ(ShareOf(RunWith("ttft:50")), 0.5);
  EXPECT_DOUBLE_EQ(ShareOf(RunWith("ttft:49.9")), 0.4);
  EXPECT_DOUBLE_EQ(ShareOf(RunWith("ttft_user:50")), 0.5);
}

TEST(GoodputOfRequestsTest, EveryLimitMustBeKept) {
  EXPECT_DOUBLE_EQ(ShareOf(RunWith("ttft:50,itl:10")), 0.5);
  EXPECT_DOUBLE_EQ(ShareOf(RunWith("ttft:50,itl:9.9")), 0);
  EXPECT_DOUBLE_EQ(ShareOf(RunWith("ttft:50,request_latency:120")), 0.2);
}

TEST(GoodputOfRequestsTest, UserTpsIsToBeAtLeastItsLimit) {
  EXPECT_DOUBLE_EQ(ShareOf(RunWith("user_tps:100")), 1);
  EXPECT_DOUBLE_EQ(ShareOf(RunWith("user_tps:100.1")), 0);
}

TEST(GoodputOfRequestsTest, TheRateIsTheShareOfWhatBeganPerSecond) {
  const Results results = RunWith("ttft:50");
  EXPECT_NEAR(results.headline.throughput.goodput_per_s->value, 5 / results.run_length_s, 1e-9);
}

TEST(GoodputOfRequestsTest, ATermOfNoKnownFigureDecidesNothing) {
  JournalScript script({.bs = 1});
  script.spec().goodput = {{"ttft", 50}, {"of_a_later_version", 1}};
  script.Begin({.at_ms = 0}).Chunk(10, 1).Ok(20);
  EXPECT_FALSE(Fold(script.Events()).headline.throughput.goodput_share);
}

TEST(GoodputOfRequestsTest, WhatFailedIsNotGood) {
  JournalScript script({.bs = 1});
  script.spec().goodput = *ParseGoodput("ttft:50");
  script.Begin({.at_ms = 0}).Chunk(10, 1).Ok(20);
  script.Begin({.at_ms = 30}).Fail(40, Outcome::kFailed, FailureKind::kHttpStatus);
  EXPECT_DOUBLE_EQ(ShareOf(Fold(script.Events())), 0.5);
}

TEST(GoodputOfRequestsTest, OneTokenHasNoRateToFallShortOf) {
  JournalScript script({.bs = 1});
  script.spec().goodput = *ParseGoodput("itl:1,user_tps:1000");
  script.Begin({.at_ms = 0}).Chunk(10, 1).Ok(20);
  EXPECT_DOUBLE_EQ(ShareOf(Fold(script.Events())), 1);
}

TEST(GoodputOfRequestsTest, UnknownTokensDecideNothing) {
  JournalScript script({.bs = 1});
  script.spec().goodput = *ParseGoodput("itl:50");
  script.Begin({.at_ms = 0}).Chunk(10, std::nullopt).Chunk(20, std::nullopt).Ok(30);
  EXPECT_FALSE(Fold(script.Events()).headline.throughput.goodput_share);
}

TEST(GoodputOfRequestsTest, WithoutTermsThereIsNone) {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0}).Chunk(10, 1).Ok(20);
  const Results results = Fold(script.Events());
  EXPECT_FALSE(results.headline.throughput.goodput_share);
  EXPECT_FALSE(results.headline.throughput.goodput_per_s);
}

// Goodput of a steady run whose TTFT is log-normal: median 100 ms, deviation of its logarithm 0.5.
Estimate ShareOfSteady(TrafficKind kind, const std::string& goodput) {
  std::vector<Event> events = SteadyJournal({.kind = kind, .hold_s = 120}, 3);
  std::get<RunBegun>(events.front()).spec.goodput = *ParseGoodput(goodput);
  return Fold(events).headline.throughput.goodput_share.value();
}

TEST(GoodputOfRequestsTest, TheIntervalOfAHoldIsOverItsTime) {
  const Estimate share = ShareOfSteady(TrafficKind::kIndependent, "ttft:150");
  EXPECT_GT(share.degrees, 1) << "it has a spread, so that conditions can be decided";
  // 79.1 % by the distribution; so many of 2,400 scatter by 0.8 %.
  EXPECT_LT(share.low.value(), 0.791);
  EXPECT_GT(share.high.value(), 0.791);
  EXPECT_NEAR(*share.high - *share.low, 2 * 1.96 * 0.0083, 0.012);
}

TEST(GoodputOfRequestsTest, WhereAllAreGoodOneMightNotHaveBeen) {
  const Estimate all = ShareOfSteady(TrafficKind::kIndependent, "ttft:60000");
  EXPECT_EQ(all.value, 1);
  EXPECT_EQ(all.high, 1);
  EXPECT_NEAR(all.low.value(), 1 - 3.69 / 2'400, 2e-4);
  const Estimate none = ShareOfSteady(TrafficKind::kIndependent, "ttft:0.001");
  EXPECT_EQ(none.value, 0);
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high.value(), 3.69 / 2'400, 2e-4);
}

}  // namespace
}  // namespace specctl
