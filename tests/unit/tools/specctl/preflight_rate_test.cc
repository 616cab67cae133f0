#include "tools/specctl/preflight_rate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;

constexpr RateLoad kRateLoad{.agents = 2, .rate_per_s = 500};

Results Measured(VerdictState state) {
  Results results;
  results.verdict.state = state;
  if (state != VerdictState::kValid) {
    results.verdict.reasons = {{.code = ReasonCode::kArrivalsLate, .text = "late"}};
  }
  ArrivalFigures& arrivals = results.arrivals.emplace();
  arrivals.planned_per_s = arrivals.achieved_per_s = 499.5;
  arrivals.lateness_ms = Distribution{.count = 10, .p99 = 0.25};
  return results;
}

sim::PaceSummary Server(Nanos late) {
  sim::PaceSummary server;
  server.lateness_p99 = late;
  return server;
}

TEST(PreflightRateTest, AValidRunIsKept) {
  const JudgedRate step = JudgeRate(kRateLoad, Measured(VerdictState::kValid), {Server(Nanos(0))});
  EXPECT_EQ(step.state, StepState::kKept);
  EXPECT_EQ(step.why, "");
}

TEST(PreflightRateTest, ALateNullServerTellsNothingOfTheClient) {
  const Results late = Measured(VerdictState::kDegraded);
  EXPECT_EQ(JudgeRate(kRateLoad, late, {Server(Nanos(900'000))}).state, StepState::kDistorted);
  const JudgedRate step = JudgeRate(kRateLoad, late, {Server(Nanos(0)), Server(Nanos(2'000'000))});
  EXPECT_EQ(step.state, StepState::kNullServerLate);
  EXPECT_EQ(step.why, "degraded: arrivals_late");
}

TEST(PreflightRateTest, ARequestIsAnOpenLoopOnANullServerForEachAgent) {
  const auto request =
      RateRequest(kRateLoad, std::chrono::seconds(6), {"http://127.0.0.1:1", "http://127.0.0.1:2"});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->spec.load.shape, LoadShape(OpenLoop{.rate_per_s = 500}));
  EXPECT_EQ(request->spec.targets.size(), 2u);
  EXPECT_EQ(request->agents, 2u);
  EXPECT_EQ(RateRequest(kRateLoad, {}, {"ftp://x"}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(PreflightRateTest, ThePageSaysWhatTheMachineOffers) {
  RatePreflight preflight{.rate_per_s = 500, .cores = 2};
  preflight.steps = {JudgeRate({.agents = 1, .rate_per_s = 500}, Measured(VerdictState::kDegraded),
                               {Server(Nanos(0))})};
  EXPECT_FALSE(preflight.IsKept());
  EXPECT_THAT(RatePage(preflight), HasSubstr("this machine does not offer 500 requests/s"));
  preflight.steps.push_back(
      JudgeRate(kRateLoad, Measured(VerdictState::kValid), {Server(Nanos(0))}));
  EXPECT_TRUE(preflight.IsKept());
  EXPECT_EQ(RatePage(preflight),
            "2 cores; an open loop of 500 requests/s, Poisson arrivals\n\n"
            " agents  achieved/s   shed  late ms p99  state\n"
            "      1       499.5      0        0.250  distorted (degraded: arrivals_late)\n"
            "      2       499.5      0        0.250  kept\n\n"
            "this machine offers it: specctl run --request-rate 500 --agents 2\n");
  const auto json = boost::json::parse(RateJson(preflight));
  EXPECT_TRUE(json.at("kept").as_bool());
  EXPECT_EQ(json.at("steps").as_array().size(), 2u);
  EXPECT_EQ(json.at("steps").at(1).at("late_p99_ms").to_number<double>(), 0.25);
}

TEST(PreflightRateTest, ANullServersFaultIsInconclusive) {
  RatePreflight preflight{.rate_per_s = 500, .cores = 1};
  preflight.steps = {
      JudgeRate(kRateLoad, Measured(VerdictState::kInvalid), {Server(Nanos(5'000'000))})};
  preflight.stopped_by = "the null server did not end within 10 s";
  EXPECT_THAT(RatePage(preflight), HasSubstr("inconclusive"));
  EXPECT_THAT(RatePage(preflight), HasSubstr("stopped: the null server did not end"));
}

}  // namespace
}  // namespace specctl::cli
