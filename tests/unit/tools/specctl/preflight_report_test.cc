#include "tools/specctl/preflight_report.h"

#include <gmock/gmock.h>
#include <boost/json.hpp>

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

JudgedStep Step(uint32_t streams, StepState state) {
  JudgedStep step;
  step.load = {.streams = streams, .chunks_per_s = 50};
  step.figures.verdict = state == StepState::kKept ? "valid" : "degraded";
  step.figures.reached_per_s = step.load.OfferedPerS();
  step.figures.checks_not_made = {"loop lag"};
  step.null_server.lateness_p99 = std::chrono::microseconds(120);
  step.state = state;
  if (state != StepState::kKept) step.why = "degraded: arrival_bound";
  return step;
}

// 512 streams were kept, and 1,024 were not, as `state` says.
Preflight Found(StepState state) {
  Preflight preflight;
  preflight.chunks_per_s = 50;
  preflight.bs = 512;
  preflight.cores = 2;
  preflight.steps = {Step(512, StepState::kKept), Step(1024, state)};
  preflight.streams_kept = 512;
  preflight.streams_not_kept = 1024;
  return preflight;
}

TEST(PreflightReportTest, ThePageHasARowForEachStepTheCeilingAndThePlan) {
  const std::string page = PreflightPage(Found(StepState::kDistorted));
  EXPECT_THAT(page, HasSubstr("     512     25,600     25,600            -          -         0.12"
                              "   kept\n"));
  EXPECT_THAT(page, HasSubstr("distorted: degraded: arrival_bound\n"));
  EXPECT_THAT(page, HasSubstr("the verdict did not check: loop lag\n"));
  EXPECT_THAT(page,
              HasSubstr("one agent on this machine: 25,600 chunks/s (512 streams at 50/s)\n"));
  EXPECT_THAT(
      page, HasSubstr("--bs 512 at 50 chunks/s a stream: 25,600 chunks/s, 2 agents at most at 70 %"
                      " of the ceiling\nthis machine carries them: 2 cores\n"));
}

TEST(PreflightReportTest, ANullServerThatWasLateLeavesALowerBound) {
  const Preflight found = Found(StepState::kNullServerLate);
  EXPECT_TRUE(IsLowerBound(found));
  EXPECT_THAT(PreflightPage(found), HasSubstr("at least 25,600 chunks/s (512 streams at 50/s); "
                                              "beyond it the null server was the limit\n"));
  EXPECT_FALSE(IsLowerBound(Found(StepState::kDistorted)));
}

TEST(PreflightReportTest, ALoadThatWasNotTriedLeavesALowerBound) {
  Preflight found = Found(StepState::kKept);
  found.steps.pop_back();
  found.streams_not_kept.reset();
  found.stopped_by = "1,024 streams: too few files";
  const std::string page = PreflightPage(found);
  EXPECT_THAT(page, HasSubstr("stopped: 1,024 streams: too few files\n"));
  EXPECT_THAT(page, HasSubstr("at least 25,600 chunks/s (512 streams at 50/s)\n"));
}

TEST(PreflightReportTest, TooManyAgentsAreSpreadOverMachines) {
  Preflight found = Found(StepState::kDistorted);
  found.bs = 1024;
  EXPECT_THAT(PreflightPage(found), HasSubstr("this machine does not carry them (2 cores, an agent "
                                              "a core): 2 machines like it do\n"));
}

TEST(PreflightReportTest, WithoutAKeptLoadThereIsNoCeiling) {
  Preflight found = Found(StepState::kDistorted);
  found.steps.erase(found.steps.begin());
  found.streams_kept.reset();
  EXPECT_THAT(PreflightPage(found), HasSubstr("no load was kept: this machine distorts"));
  found.steps.back().state = StepState::kNullServerLate;
  EXPECT_THAT(PreflightPage(found), HasSubstr("other work takes this machine's cores\n"));
  EXPECT_FALSE(PlanOf(found).has_value());
  EXPECT_THAT(PreflightJson(found), Not(HasSubstr("ceiling")));
}

TEST(PreflightReportTest, JsonSaysTheSame) {
  const auto json = boost::json::parse(PreflightJson(Found(StepState::kDistorted)));
  EXPECT_EQ(json.at("steps").as_array().size(), 2u);
  const auto& step = json.at("steps").at(1);
  EXPECT_EQ(step.at("state").as_string(), "distorted");
  EXPECT_EQ(step.at("offered_chunks_per_s").to_number<double>(), 51'200);
  EXPECT_EQ(json.at("ceiling").at("chunks_per_s").to_number<double>(), 25'600);
  EXPECT_FALSE(json.at("ceiling").at("is_lower_bound").as_bool());
  EXPECT_EQ(json.at("plan").at("agents").to_number<int>(), 2);
  EXPECT_TRUE(json.at("plan").at("this_machine_carries_it").as_bool());
}

}  // namespace
}  // namespace specctl::cli
