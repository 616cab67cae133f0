#include "common/report/page_totals.h"

#include <gmock/gmock.h>

#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(PageTotalsTest, TheIdentityStandsOnOneLine) {
  EXPECT_THAT(
      TotalsLines(testing::FullResults()),
      HasSubstr("requests  planned 1,536 = sent 1,536 = ok 1,531 + failed 3 + timed out 2\n"));
}

TEST(PageTotalsTest, WhatWasNotSentHasItsReasons) {
  Results results;
  results.conservation.planned = 100;
  results.conservation.sent = 60;
  results.conservation.ok = 60;
  results.conservation.shed = 10;
  results.conservation.unassigned = {5, 0, 25, 0};
  EXPECT_THAT(TotalsLines(results),
              HasSubstr("planned 100 = sent 60 + shed 10 + not begun 30 (5: an earlier turn "
                        "failed, 25: interrupted)\n          sent 60 = ok 60\n"));
}

TEST(PageTotalsTest, APlanThatIsLongerThanTheRunIsNoFailure) {
  Results results;
  results.conservation.planned = 100;
  results.conservation.sent = results.conservation.ok = 83;
  results.conservation.unassigned[static_cast<size_t>(UnassignedReason::kLimit)] = 17;
  EXPECT_THAT(TotalsLines(results), HasSubstr("sent 83 + not begun 17 (the limit was reached)"));
  results.spec.load.duration = std::chrono::seconds(60);
  EXPECT_THAT(TotalsLines(results), HasSubstr("sent 83 + not begun 17 (time was up)"));
}

TEST(PageTotalsTest, WithoutAPlanTheIdentityBeginsWithSent) {
  Results results;
  results.conservation.sent = results.conservation.ok = 60;
  EXPECT_THAT(TotalsLines(results), HasSubstr("requests  sent 60 = ok 60\n"));
}

TEST(PageTotalsTest, AnIdentityThatFailsIsShouted) {
  Results results = testing::FullResults();
  EXPECT_THAT(TotalsLines(results), Not(HasSubstr("ADD UP")));
  results.conservation.ok -= 1;
  EXPECT_THAT(TotalsLines(results), HasSubstr("DOES NOT ADD UP: a bug in specctl"));
}

TEST(PageTotalsTest, OnlyTheFirstCausesAreListed) {
  Results results;
  for (int i = 0; i < 7; ++i) {
    results.failures.push_back({.text = "cause " + std::to_string(i),
                                .reason = "why " + std::to_string(i),
                                .requests = static_cast<uint64_t>(9 - i)});
  }
  const std::string lines = TotalsLines(results);
  EXPECT_THAT(lines, HasSubstr("not ok    9 x cause 0: why 0\n"));
  EXPECT_THAT(lines, HasSubstr("5 x cause 4"));
  EXPECT_THAT(lines, Not(HasSubstr("cause 5")));
  EXPECT_THAT(lines, HasSubstr("and 2 more"));
}

TEST(PageTotalsTest, TokensApartFromTheServersShow) {
  Results results = testing::FullResults();
  EXPECT_THAT(TotalsLines(results), HasSubstr("servers report 1,566,204   "));
  results.servers->sums.generated_tokens = 1566304;
  EXPECT_THAT(TotalsLines(results), HasSubstr("servers report 1,566,304 (100 more)"));
  results.servers->sums.generated_tokens = 1566203;
  EXPECT_THAT(TotalsLines(results), HasSubstr("servers report 1,566,203 (1 less)"));
  results.servers.reset();
  EXPECT_THAT(TotalsLines(results), HasSubstr("servers' count unknown"));
}

TEST(PageTotalsTest, UnknownTokensAreCountedNotGuessed) {
  Results results;
  results.tokens.requests_without_totals = 12;
  EXPECT_THAT(TotalsLines(results), HasSubstr("tokens    - out"));
  EXPECT_THAT(TotalsLines(results), HasSubstr("tokens of 12 requests unknown"));
}

TEST(PageTotalsTest, ChecksThatAreNotMadeAreListed) {
  EXPECT_THAT(TotalsLines(testing::FullResults()),
              HasSubstr("verdict   not checked: arrival bound, send lag, clock bound\n"));
}

}  // namespace
}  // namespace specctl
