#include "common/analysis/steadiness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;

std::vector<WindowFigures> Windows(double from, double by, int count = 40) {
  std::vector<WindowFigures> windows(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    // With a little noise around the trend.
    const double level = from + by * i + i * 7 % 3;
    windows[static_cast<size_t>(i)].servers_waiting = level;
    windows[static_cast<size_t>(i)].in_flight_mean = 2 * level;
  }
  return windows;
}

Results Held(std::vector<WindowFigures> windows) {
  Results results;
  results.spec.load.shape = ClosedLoop{64};
  results.hold = Results::Hold{.length_s = static_cast<double>(windows.size()),
                               .windows = windows.size(),
                               .requests_begun = 1'000};
  results.windows = std::move(windows);
  return results;
}

TEST(SteadinessTest, AQueueThatGrowsIsNoSteadyState) {
  Results results = Held(Windows(10, 2));
  results.growth = FindGrowthOfHold(results);
  ASSERT_TRUE(results.growth);
  EXPECT_EQ(results.growth->level, GrowingLevel::kWaiting);
  EXPECT_NEAR(results.growth->to - results.growth->from, 80, 4);
  const auto finding = CheckSteady(results);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->state, VerdictState::kDegraded);
  EXPECT_EQ(finding->reason.code, ReasonCode::kUnstable);
  EXPECT_THAT(finding->reason.text,
              HasSubstr("requests that wait on the servers grew from 10 to 9"));
  EXPECT_THAT(finding->reason.text, HasSubstr("no data point"));
}

TEST(SteadinessTest, AnOpenLoopGrowsInFlight) {
  Results results = Held(Windows(10, 2));
  results.spec.load.shape = OpenLoop{.rate_per_s = 20};
  results.growth = FindGrowthOfHold(results);
  ASSERT_TRUE(results.growth);
  EXPECT_EQ(results.growth->level, GrowingLevel::kInFlight);
  EXPECT_THAT(CheckSteady(results)->reason.text, HasSubstr("requests in flight grew from 2"));
  Results steady = Held(Windows(10, 0.001));
  steady.spec.load.shape = OpenLoop{.rate_per_s = 20};
  EXPECT_FALSE(FindGrowthOfHold(steady));
}

TEST(SteadinessTest, ASteadyQueueIsNone) {
  EXPECT_FALSE(FindGrowthOfHold(Held(Windows(10, 0))));
  EXPECT_FALSE(FindGrowthOfHold(Held(Windows(100, -2))));
  EXPECT_FALSE(CheckSteady(Held(Windows(10, 0))));
}

TEST(SteadinessTest, GrowthThatChangesNoFigureIsNone) {
  // By 2 of bs 64, at most.
  EXPECT_FALSE(FindGrowthOfHold(Held(Windows(10, 0.05))));
}

TEST(SteadinessTest, WithoutGaugesOrAHoldNothingIsSaid) {
  Results results = Held(Windows(10, 2));
  for (WindowFigures& window : results.windows) window.servers_waiting.reset();
  EXPECT_FALSE(FindGrowthOfHold(results));
  Results short_run = Held(Windows(10, 2));
  short_run.headline_is_whole_run = true;
  EXPECT_FALSE(FindGrowthOfHold(short_run));
}

TEST(SteadinessTest, RequestsInFlightAreALevelToo) {
  const std::vector<WindowFigures> windows = Windows(10, 2);
  const auto growth = FindGrowthOf(GrowingLevel::kInFlight, windows, 5);
  ASSERT_TRUE(growth);
  EXPECT_EQ(growth->level, GrowingLevel::kInFlight);
  EXPECT_NEAR(growth->from, 20, 4);
}

// A closed loop of 8 whose server lets more and more of them wait.
Results Queueing(bool grows) {
  JournalScript script({.bs = 8, .duration_ms = 60'000, .metrics = true});
  for (uint32_t slot = 0; slot < 8; ++slot) {
    for (int i = 0; i < 119; ++i) {
      const double at_ms = 10.0 * slot + 500.0 * i;
      script.Begin({.slot = slot, .at_ms = at_ms})
          .Chunk(at_ms + 20, 1)
          .Chunks(5, at_ms + 50, 50, 2)
          .Ok(at_ms + 400);
    }
  }
  script.Scrape(ScrapeKind::kBefore, -100,
                {{"vllm:num_requests_waiting", 0}, {"vllm:num_requests_running", 0}});
  for (int second = 0; second < 60; ++second) {
    const double waiting = grows ? second / 10 : second % 3;
    script.Scrape(
        ScrapeKind::kDuring, 1'000.0 * second + 500,
        {{"vllm:num_requests_waiting", waiting}, {"vllm:num_requests_running", 8 - waiting}});
  }
  return Fold(script.Events());
}

TEST(SteadinessTest, AnUnstableRunIsMarkedAndHasNoIntervals) {
  const Results steady = Queueing(false), unstable = Queueing(true);
  EXPECT_FALSE(HasReason(steady.verdict, ReasonCode::kUnstable));
  ASSERT_TRUE(steady.headline.latency.ttft_ms->intervals);
  EXPECT_TRUE(steady.headline.throughput.output_tps->low);
  EXPECT_TRUE(HasReason(unstable.verdict, ReasonCode::kUnstable));
  EXPECT_EQ(unstable.verdict.state, VerdictState::kDegraded);
  EXPECT_FALSE(unstable.headline.latency.ttft_ms->intervals);
  EXPECT_FALSE(unstable.headline.throughput.output_tps->low);
  EXPECT_TRUE(unstable.headline.throughput.output_tps) << "the figures stay";
}

}  // namespace
}  // namespace specctl
