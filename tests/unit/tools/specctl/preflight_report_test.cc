#include "tools/specctl/preflight_report.h"

#include <gmock/gmock.h>
#include <boost/json.hpp>

namespace specctl::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

JudgedStep Step(const StepLoad& load, StepState state) {
  JudgedStep step;
  step.load = load;
  step.figures.verdict = state == StepState::kKept ? VerdictState::kValid : VerdictState::kDegraded;
  step.figures.reached_per_s = step.load.OfferedPerS();
  step.figures.checks_not_made = {"loop lag"};
  for (uint32_t i = 0; i < load.agents; ++i) {
    step.figures.agents.push_back(
        {.agent = i,
         .streams = load.streams / load.agents,
         .receive_lag_p99_ms = 0.25 * (i + 1),
         .cpu_us_per_chunk = 10 - i,
         .null_server = NullServerReport{.lateness_p99_ns = 120'000 + 1000 * i}});
  }
  step.state = state;
  if (state != StepState::kKept) step.why = "degraded: arrival_bound";
  return step;
}

JudgedStep Step(uint32_t streams, StepState state) {
  return Step({.streams = streams, .chunks_per_s = 50}, state);
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

// The plan of two agents for 512 streams was checked.
Preflight Checked(StepState state) {
  Preflight preflight = Found(StepState::kDistorted);
  preflight.checks = {Step({.agents = 2, .streams = 512, .chunks_per_s = 50}, state)};
  return preflight;
}

TEST(PreflightReportTest, ThePageHasARowForEachStepTheCeilingAndThePlan) {
  const std::string page = PreflightPage(Found(StepState::kDistorted));
  EXPECT_THAT(page, HasSubstr("     512       1     25,600     25,600        0.250     10.0"
                              "       0.12   kept\n"));
  EXPECT_THAT(page, HasSubstr("distorted: degraded: arrival_bound\n"));
  EXPECT_THAT(page, HasSubstr("the verdict did not check: loop lag\n"));
  EXPECT_THAT(page,
              HasSubstr("one agent on this machine: 25,600 chunks/s (512 streams at 50/s)\n"));
  EXPECT_THAT(
      page,
      HasSubstr("--bs 512 at 50 chunks/s per stream: 25,600 chunks/s, 2 agents at no more than "
                "70 % of the ceiling\nthis machine should carry them: 2 cores\n"));
}

TEST(PreflightReportTest, ANullServerThatWasLateLeavesALowerBound) {
  EXPECT_THAT(PreflightPage(Found(StepState::kNullServerLate)),
              HasSubstr("at least 25,600 chunks/s (512 streams at 50/s); "
                        "above it, the null server was the limit\n"));
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

TEST(PreflightReportTest, SeveralAgentsAtOnceShowTheWorst) {
  Preflight found = Found(StepState::kDistorted);
  found.agents = 2;
  found.steps = {Step({.agents = 2, .streams = 1024, .chunks_per_s = 50}, StepState::kKept)};
  const std::string page = PreflightPage(found);
  EXPECT_THAT(page, HasSubstr("   1,024       2     51,200     51,200        0.500     10.0"));
  EXPECT_THAT(page, HasSubstr("each of 2 agents at once on this machine: at least 25,600 chunks/s "
                              "(512 streams at 50/s)"));
}

TEST(PreflightReportTest, ACheckThatWasKeptSaysSo) {
  const std::string page = PreflightPage(Checked(StepState::kKept));
  EXPECT_THAT(page, HasSubstr("   check: kept\n"));
  EXPECT_THAT(page, HasSubstr("this machine carries them: 2 cores\n"
                              "checked: kept (2 agents at once, 512 streams)\n"));
}

TEST(PreflightReportTest, ACheckThatWasNotKeptRefutesThePlan) {
  const std::string page = PreflightPage(Checked(StepState::kDistorted));
  EXPECT_THAT(page, HasSubstr("   check: distorted: degraded: arrival_bound\n"));
  EXPECT_THAT(page, HasSubstr("this machine does not carry them: 2 cores\n"
                              "checked: distorted (2 agents at once, 512 streams)\n"
                              "together with their null servers they carry less than one by one: "
                              "`specctl preflight --agents 2` measures how much\n"));
}

TEST(PreflightReportTest, ACheckOfALateNullServerTeachesNothing) {
  EXPECT_THAT(PreflightPage(Checked(StepState::kNullServerLate)),
              HasSubstr("this machine should carry them: 2 cores\n"
                        "checked: null server late: inconclusive (2 agents at once, "
                        "512 streams)\n"));
}

TEST(PreflightReportTest, ACheckThatCouldNotBeMadeSaysWhy) {
  Preflight found = Found(StepState::kDistorted);
  found.check_stopped_by = "512 streams over 2 agents: too few files";
  EXPECT_THAT(PreflightPage(found),
              HasSubstr("not checked: 512 streams over 2 agents: too few files\n"));
  EXPECT_THAT(PreflightJson(found), HasSubstr("\"check_stopped_by\": \"512 streams over"));
}

TEST(PreflightReportTest, TooManyAgentsAreSpreadOverMachines) {
  Preflight found = Checked(StepState::kKept);
  found.bs = 1024;
  EXPECT_THAT(PreflightPage(found),
              HasSubstr("this machine does not carry them (2 cores, one agent "
                        "per core): 2 machines like it do\n"));
  found.checks.back().state = StepState::kDistorted;
  EXPECT_THAT(PreflightPage(found), HasSubstr("2 machines like it should\n"));
}

TEST(PreflightReportTest, WithoutAKeptLoadThereIsNoCeiling) {
  Preflight found = Found(StepState::kDistorted);
  found.steps.erase(found.steps.begin());
  found.streams_kept.reset();
  EXPECT_THAT(PreflightPage(found), HasSubstr("no load was kept: this machine distorted"));
  found.steps.back().state = StepState::kNullServerLate;
  EXPECT_THAT(PreflightPage(found), HasSubstr("other work is using this machine's cores\n"));
  EXPECT_THAT(PreflightJson(found), Not(HasSubstr("ceiling")));
}

TEST(PreflightReportTest, JsonSaysTheSame) {
  const auto json = boost::json::parse(PreflightJson(Checked(StepState::kKept)));
  EXPECT_EQ(json.at("steps").as_array().size(), 2u);
  const auto& step = json.at("steps").at(1);
  EXPECT_EQ(step.at("state").as_string(), "distorted");
  EXPECT_EQ(step.at("verdict").as_string(), "degraded");
  EXPECT_EQ(step.at("offered_chunks_per_s").to_number<double>(), 51'200);
  EXPECT_EQ(step.at("agents").as_array().size(), 1u);
  EXPECT_EQ(json.at("ceiling").at("chunks_per_s").to_number<double>(), 25'600);
  EXPECT_EQ(json.at("ceiling").at("agents").to_number<int>(), 1);
  EXPECT_FALSE(json.at("ceiling").at("is_lower_bound").as_bool());
  EXPECT_EQ(json.at("plan").at("agents").to_number<int>(), 2);
  EXPECT_EQ(json.at("plan").at("checked").as_string(), "kept");
  EXPECT_TRUE(json.at("plan").at("this_machine_carries_it").as_bool());
}

TEST(PreflightReportTest, JsonHasEachAgentOfAStep) {
  const auto json = boost::json::parse(PreflightJson(Checked(StepState::kDistorted)));
  const auto& check = json.at("plan").at("checks").at(0);
  EXPECT_EQ(check.at("receive_lag_p99_ms").to_number<double>(), 0.5);
  EXPECT_EQ(check.at("agent_cpu_us_per_chunk").to_number<double>(), 10);
  const auto& second = check.at("agents").at(1);
  EXPECT_EQ(second.at("agent").to_number<int>(), 1);
  EXPECT_EQ(second.at("streams").to_number<int>(), 256);
  EXPECT_EQ(second.at("receive_lag_p99_ms").to_number<double>(), 0.5);
  EXPECT_EQ(second.at("cpu_us_per_chunk").to_number<double>(), 9);
  EXPECT_NEAR(second.at("null_server_late_p99_ms").to_number<double>(), 0.121, 1e-9);
  EXPECT_FALSE(json.at("plan").at("this_machine_carries_it").as_bool());
}

TEST(PreflightReportTest, JsonNamesTheReasonsOfTheVerdict) {
  Preflight found = Checked(StepState::kDistorted);
  found.checks[0].figures.reasons = {ReasonCode::kArrivalBound, ReasonCode::kCpuSteal};
  const auto json = boost::json::parse(PreflightJson(found));
  const boost::json::array names = {"arrival_bound", "cpu_steal"};
  EXPECT_EQ(json.at("plan").at("checks").at(0).at("reasons").as_array(), names);
}

TEST(PreflightReportTest, JsonLeavesOutWhatTheCheckDidNotTell) {
  const auto json = boost::json::parse(PreflightJson(Checked(StepState::kNullServerLate)));
  EXPECT_EQ(json.at("plan").at("checked").as_string(), "null server late");
  EXPECT_FALSE(json.at("plan").as_object().contains("this_machine_carries_it"));
}

// Of 3 attached agents, which kept 256 streams each and did not keep 512.
Preflight OfAttached() {
  Preflight found = Found(StepState::kDistorted);
  found.attached = found.agents = 3;
  found.bs = 600;
  found.steps = {Step({.agents = 3, .streams = 768, .chunks_per_s = 50}, StepState::kKept),
                 Step({.agents = 3, .streams = 1536, .chunks_per_s = 50}, StepState::kDistorted)};
  found.streams_kept = 256;
  found.streams_not_kept = 512;
  for (JudgedStep& step : found.steps) {
    for (StepAgent& agent : step.figures.agents) {
      agent.host = "load-agent-" + std::to_string(agent.agent);
      agent.cores = 4;
    }
  }
  return found;
}

TEST(PreflightReportTest, AttachedAgentsAreToldOneByOneTheWorstFirst) {
  const std::string page = PreflightPage(OfAttached());
  const std::string rows =
      "   agent   cores  read lag ms   CPU us  server ms  host\n"
      "       2       4        0.750     8.00       0.12  load-agent-2\n"
      "       1       4        0.500     9.00       0.12  load-agent-1\n"
      "       0       4        0.250     10.0       0.12  load-agent-0\n";
  EXPECT_THAT(page, HasSubstr("768 streams, kept\n" + rows));
  EXPECT_THAT(page, HasSubstr("1,536 streams, distorted\n" + rows));
  EXPECT_THAT(page, HasSubstr("each of 3 agents at once: 12,800 chunks/s (256 streams at 50/s)\n"));
  EXPECT_THAT(page, Not(HasSubstr("this machine")));
}

TEST(PreflightReportTest, OfManyAgentsTheFirstAreTold) {
  Preflight found = OfAttached();
  found.steps[1].figures.agents.resize(20, found.steps[1].figures.agents[0]);
  EXPECT_THAT(PreflightPage(found), HasSubstr("   and 4 that lag less (--format json has them)\n"));
}

TEST(PreflightReportTest, AttachedAgentsThatAreTooFewAreCounted) {
  Preflight found = OfAttached();
  EXPECT_EQ(PlanOf(found)->agents, 4u);
  EXPECT_THAT(PreflightPage(found),
              HasSubstr("the 3 attached agents do not carry them: start 1 more\n"));
  found.bs = 500;
  EXPECT_THAT(PreflightPage(found), HasSubstr("the attached agents should carry them\n"));
  found.checks = {Step({.agents = 3, .streams = 500, .chunks_per_s = 50}, StepState::kKept)};
  EXPECT_THAT(PreflightPage(found), HasSubstr("the 3 attached agents carry them\n"));
  found.checks.back().state = StepState::kDistorted;
  EXPECT_THAT(PreflightPage(found), HasSubstr("the 3 attached agents do not carry them\n"));
  found.agents = 2;
  found.connection_words = "--controller a:1";
  EXPECT_THAT(PreflightPage(found),
              HasSubstr("less than fewer of them: `specctl preflight --agents 3 --controller a:1` "
                        "measures how much\n"));
}

TEST(PreflightReportTest, JsonNamesTheAttachedAgents) {
  Preflight found = OfAttached();
  found.bs = 500;
  found.checks = {Step({.agents = 3, .streams = 500, .chunks_per_s = 50}, StepState::kKept)};
  const auto json = boost::json::parse(PreflightJson(found));
  EXPECT_EQ(json.at("attached_agents").to_number<int>(), 3);
  EXPECT_FALSE(json.as_object().contains("cores"));
  EXPECT_TRUE(json.at("plan").at("attached_agents_carry_it").as_bool());
  EXPECT_FALSE(json.at("plan").as_object().contains("machines"));
  const auto& agent = json.at("steps").at(0).at("agents").at(1);
  EXPECT_EQ(agent.at("host").as_string(), "load-agent-1");
  EXPECT_EQ(agent.at("cores").to_number<int>(), 4);
}

}  // namespace
}  // namespace specctl::cli
