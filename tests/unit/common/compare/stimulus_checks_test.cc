#include "common/compare/stimulus_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/compare/steady_runs.h"

namespace specctl::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StimulusChecksTest : public ::testing::Test {
 protected:
  std::vector<std::string> Codes() {
    result_ = {};
    CheckStimulus(MeasureRun(a_), MeasureRun(b_), result_);
    std::vector<std::string> codes;
    for (const Refusal& refusal : result_.refusals) codes.push_back(refusal.code);
    return codes;
  }

  RunSample a_ = SteadyRun({.seed = 1}), b_ = SteadyRun({.seed = 2});
  Comparability result_;
};

TEST_F(StimulusChecksTest, LongerAnswersAreRefused) {
  b_ = SteadyRun({.seed = 2, .chunks = 20});
  EXPECT_THAT(Codes(), ElementsAre("output_lengths"));
  EXPECT_EQ(result_.refusals[0].text,
            "mean output length differs beyond noise: A 16.0 tokens, B 20.0");
  EXPECT_THAT(result_.refusals[0].match, HasSubstr("--osl"));
}

TEST_F(StimulusChecksTest, SoTheyAreOfShortRuns) {
  a_ = SteadyRun({.seed = 1, .seconds = 3});
  b_ = SteadyRun({.seed = 2, .seconds = 3, .chunks = 20});
  EXPECT_THAT(Codes(), ElementsAre("output_lengths"));
}

TEST_F(StimulusChecksTest, ADifferenceThatDoesNotMatterIsNone) {
  auto& lengths = *b_.results.whole_run.length.output_tokens;
  lengths.mean *= 1.005;
  EXPECT_THAT(Codes(), IsEmpty());
}

TEST_F(StimulusChecksTest, FinishReasonsMustAgree) {
  b_.results.tokens.finish_reasons = {{"length", 100}, {"stop", 100}};
  EXPECT_THAT(Codes(), ElementsAre("finish_reasons", "finish_reasons"));
  EXPECT_EQ(result_.refusals[0].text,
            "share of requests that ended by length differs beyond noise: A 100 %, B 50 %");
}

TEST_F(StimulusChecksTest, AFewMoreStopsAreNoise) {
  a_.results.tokens.finish_reasons = {{"length", 190}, {"stop", 10}};
  b_.results.tokens.finish_reasons = {{"length", 184}, {"stop", 16}};
  EXPECT_THAT(Codes(), IsEmpty());
}

TEST_F(StimulusChecksTest, FailuresCountAsAnEnd) {
  b_.results.conservation.failed = 60;
  EXPECT_THAT(Codes(), ElementsAre("finish_reasons", "finish_reasons"));
  EXPECT_THAT(result_.refusals[0].text, HasSubstr("ended by failure"));
}

TEST_F(StimulusChecksTest, PrefixHitsThatNobodyReportsAreNotChecked) {
  EXPECT_THAT(Codes(), IsEmpty());
  EXPECT_THAT(result_.notes,
              ElementsAre("not checked: prefix hits (neither run's servers report them)"));
}

TEST_F(StimulusChecksTest, PrefixHitsByCountersMustAgree) {
  a_.results.servers.emplace().sums.prefix_hit_rate = 0.02;
  EXPECT_THAT(Codes(), IsEmpty());
  EXPECT_THAT(result_.notes,
              ElementsAre("not checked: prefix hits (one run does not report them)"));
  b_.results.servers.emplace().sums.prefix_hit_rate = 0.9;
  EXPECT_THAT(Codes(), ElementsAre("prefix_hits"));
  EXPECT_EQ(result_.refusals[0].text,
            "prefix hits differ beyond noise: A 2.0 % of the prompts' tokens, B 90 %");
  b_.results.servers->sums.prefix_hit_rate = 0.03;
  EXPECT_THAT(Codes(), IsEmpty());
}

TEST_F(StimulusChecksTest, PrefixHitsByUsageHaveNoise) {
  const auto set_cached = [](RunSample& sample, uint64_t every) {
    for (size_t i = 0; i < sample.requests.size(); ++i) {
      sample.requests[i].cached_tokens = i % every == 0 ? 5 : 0;
    }
  };
  set_cached(a_, 4);
  set_cached(b_, 4);
  EXPECT_THAT(Codes(), IsEmpty());
  set_cached(b_, 1);
  EXPECT_THAT(Codes(), ElementsAre("prefix_hits"));
}

TEST_F(StimulusChecksTest, ARunInWhichNothingEndedIsRefused) {
  b_.results.tokens.finish_reasons.clear();
  EXPECT_THAT(Codes(), ElementsAre("finish_reasons"));
  EXPECT_EQ(result_.refusals[0].text, "no request of B ended");
}

}  // namespace
}  // namespace specctl::testing
