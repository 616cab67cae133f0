#include "tools/specctl/preflight_rate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;

constexpr RateLoad kRateLoad{.agents = 2, .rate_per_s = 500};

// On a null server for each, late by that.
Results Measured(VerdictState state, std::vector<uint64_t> lateness_ns = {0}) {
  Results results;
  results.verdict.state = state;
  if (state != VerdictState::kValid) {
    results.verdict.reasons = {{.code = ReasonCode::kArrivalsLate, .text = "late"}};
  }
  ArrivalFigures& arrivals = results.arrivals.emplace();
  arrivals.planned_per_s = arrivals.achieved_per_s = 499.5;
  arrivals.lateness_ms = Distribution{.count = 10, .p99 = 0.25};
  for (const uint64_t late_ns : lateness_ns) {
    results.agents.push_back({.null_server = NullServerReport{.lateness_p99_ns = late_ns}});
  }
  return results;
}

TEST(PreflightRateTest, AValidRunIsKept) {
  const JudgedRate step = JudgeRate(kRateLoad, Measured(VerdictState::kValid));
  EXPECT_EQ(step.state, StepState::kKept);
  EXPECT_EQ(step.why, "");
}

TEST(PreflightRateTest, ALateNullServerTellsNothingOfTheClient) {
  const Results punctual = Measured(VerdictState::kDegraded, {900'000});
  EXPECT_EQ(JudgeRate(kRateLoad, punctual).state, StepState::kDistorted);
  const JudgedRate step = JudgeRate(kRateLoad, Measured(VerdictState::kDegraded, {0, 2'000'000}));
  EXPECT_EQ(step.state, StepState::kNullServerLate);
  EXPECT_EQ(step.why, "degraded: arrivals_late");
}

TEST(PreflightRateTest, ARequestIsAnOpenLoopOnANullServerBesideEachAgent) {
  const controller::MeasureRequest request = RateRequest(kRateLoad, std::chrono::seconds(6));
  EXPECT_EQ(request.spec.load.shape, LoadShape(OpenLoop{.rate_per_s = 500}));
  ASSERT_EQ(request.spec.targets.size(), 1u);
  EXPECT_EQ(request.spec.targets[0].url, "null://100");
  EXPECT_EQ(request.agents, 2u);
}

TEST(PreflightRateTest, ThePageSaysWhatTheMachineOffers) {
  RatePreflight preflight{.rate_per_s = 500, .cores = 2};
  preflight.steps = {
      JudgeRate({.agents = 1, .rate_per_s = 500}, Measured(VerdictState::kDegraded))};
  EXPECT_FALSE(preflight.IsKept());
  EXPECT_THAT(RatePage(preflight), HasSubstr("this machine does not offer 500 requests/s"));
  preflight.steps.push_back(JudgeRate(kRateLoad, Measured(VerdictState::kValid)));
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
  preflight.steps = {JudgeRate(kRateLoad, Measured(VerdictState::kInvalid, {5'000'000}))};
  preflight.stopped_by = "the null server did not end within 10 s";
  EXPECT_THAT(RatePage(preflight), HasSubstr("inconclusive"));
  EXPECT_THAT(RatePage(preflight), HasSubstr("stopped: the null server did not end"));
}

TEST(PreflightRateTest, AControllersAgentsAreNamedAsThose) {
  RatePreflight preflight{
      .rate_per_s = 500, .cores = 2, .attached = 5, .connection_words = "--kube --namespace llm"};
  EXPECT_EQ(preflight.AgentsMax(), 5u);
  preflight.steps = {JudgeRate(kRateLoad, Measured(VerdictState::kDegraded))};
  EXPECT_THAT(RatePage(preflight), HasSubstr("5 attached agents; an open loop of 500 requests/s"));
  EXPECT_THAT(RatePage(preflight), HasSubstr("the attached agents do not offer 500 requests/s"));
  preflight.steps = {JudgeRate(kRateLoad, Measured(VerdictState::kValid))};
  EXPECT_THAT(RatePage(preflight),
              HasSubstr("the attached agents offer it: specctl run --request-rate 500 --agents 2 "
                        "--kube --namespace llm\n"));
  const auto json = boost::json::parse(RateJson(preflight));
  EXPECT_EQ(json.at("attached_agents").to_number<int>(), 5);
  EXPECT_FALSE(json.as_object().contains("cores"));
}

}  // namespace
}  // namespace specctl::cli
