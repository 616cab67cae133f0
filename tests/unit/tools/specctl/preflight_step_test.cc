#include "tools/specctl/preflight_step.h"

#include <gmock/gmock.h>

namespace specctl::cli {
namespace {

using ::testing::ElementsAre;

constexpr StepLoad kLoad = {.streams = 100, .chunks_per_s = 50};
constexpr uint64_t kPunctualNs = 60'000;
constexpr uint64_t kLateNs = 3'000'000;

// Agents that received all that their null servers sent, which were late by that.
StepFigures With(std::vector<uint64_t> lateness_ns, StepFigures figures) {
  for (const uint64_t late_ns : lateness_ns) {
    figures.agents.push_back(
        {.agent = static_cast<uint32_t>(figures.agents.size()),
         .chunks = 7,
         .null_server = NullServerReport{.chunks = 7, .lateness_p99_ns = late_ns}});
  }
  return figures;
}

StepFigures Valid(double reached_per_s) {
  StepFigures figures;
  figures.verdict = VerdictState::kValid;
  figures.reached_per_s = reached_per_s;
  return figures;
}

StepFigures Degraded() {
  StepFigures figures = Valid(5000);
  figures.verdict = VerdictState::kDegraded;
  figures.reasons = {ReasonCode::kArrivalBound, ReasonCode::kLoopLag};
  return figures;
}

// Of a hold of 3,200 tokens/s.
Results ResultsOf(std::vector<AgentFigures> agents) {
  Results results;
  results.headline.throughput.output_tps = Estimate{.value = 3200, .low = 1, .high = std::nullopt};
  results.agents = std::move(agents);
  return results;
}

TEST(PreflightStepTest, FiguresComeFromTheResults) {
  Results results = ResultsOf(
      {{.slots = 64, .chunks = 1000, .receive_lag_p99_ms_max = 1.5, .cpu_seconds = 0.02}});
  results.verdict.state = VerdictState::kInvalid;
  results.verdict.reasons = {{.code = ReasonCode::kSendLag, .text = "t", .windows = 3}};
  results.verdict.checks_not_made = {"loop lag"};
  const StepFigures figures = FiguresOf(results);
  EXPECT_EQ(figures.verdict, VerdictState::kInvalid);
  EXPECT_THAT(figures.reasons, ElementsAre(ReasonCode::kSendLag));
  EXPECT_THAT(figures.checks_not_made, ElementsAre("loop lag"));
  EXPECT_EQ(figures.reached_per_s, 3200);
  EXPECT_EQ(WorstLagP99Ms(figures), 1.5);
  EXPECT_DOUBLE_EQ(WorstCpuUsPerChunk(figures).value_or(0), 20);
}

TEST(PreflightStepTest, EachAgentHasItsFiguresAndTheWorstStandForAll) {
  const StepFigures figures = FiguresOf(
      ResultsOf({{.slots = 51, .chunks = 1000, .receive_lag_p99_ms_max = 1.5, .cpu_seconds = 0.02},
                 {.agent = 1,
                  .slots = 50,
                  .chunks = 1000,
                  .receive_lag_p99_ms_max = 0.5,
                  .cpu_seconds = 0.03},
                 {.agent = 2, .slots = 50, .cpu_seconds = 0.03}}));
  ASSERT_EQ(figures.agents.size(), 3u);
  EXPECT_EQ(figures.agents[0].streams, 51u);
  EXPECT_EQ(figures.agents[1].agent, 1u);
  EXPECT_EQ(figures.agents[1].receive_lag_p99_ms, 0.5);
  EXPECT_FALSE(figures.agents[2].cpu_us_per_chunk.has_value());
  EXPECT_EQ(WorstLagP99Ms(figures), 1.5);
  EXPECT_DOUBLE_EQ(WorstCpuUsPerChunk(figures).value_or(0), 30);
}

TEST(PreflightStepTest, TheRateIsTheHoldsAlone) {
  Results results = ResultsOf({{.cpu_seconds = 1}});
  results.headline_is_whole_run = true;
  const StepFigures figures = FiguresOf(results);
  EXPECT_FALSE(figures.reached_per_s.has_value());
  EXPECT_FALSE(WorstCpuUsPerChunk(figures).has_value());
  EXPECT_FALSE(WorstLagP99Ms(FiguresOf(ResultsOf({}))).has_value());
  results = ResultsOf({});
  results.headline.throughput.output_tps.reset();
  EXPECT_FALSE(FiguresOf(results).reached_per_s.has_value());
}

TEST(PreflightStepTest, AValidRunAtTheOfferedRateIsKept) {
  for (const uint64_t late_ns : {kPunctualNs, kLateNs}) {
    const JudgedStep step = JudgeStep(kLoad, With({late_ns}, Valid(4901)));
    EXPECT_EQ(step.state, StepState::kKept);
    EXPECT_EQ(step.why, "");
  }
  StepFigures without_hold = Valid(0);
  without_hold.reached_per_s.reset();
  EXPECT_EQ(JudgeStep(kLoad, With({kPunctualNs}, without_hold)).state, StepState::kKept);
}

TEST(PreflightStepTest, AVerdictThatIsNotValidIsADistortion) {
  const JudgedStep step = JudgeStep(kLoad, With({kPunctualNs}, Degraded()));
  EXPECT_EQ(step.state, StepState::kDistorted);
  EXPECT_EQ(step.why, "degraded: arrival_bound, loop_lag");
}

TEST(PreflightStepTest, ChunksThatDidNotComeAreADistortion) {
  const JudgedStep step = JudgeStep(kLoad, With({kPunctualNs}, Valid(4000)));
  EXPECT_EQ(step.state, StepState::kDistorted);
  EXPECT_EQ(step.why, "80 % of the offered chunks arrived");
}

TEST(PreflightStepTest, WhereTheNullServerWasLateItIsNotTheClientsFault) {
  EXPECT_EQ(JudgeStep(kLoad, With({kLateNs}, Degraded())).state, StepState::kNullServerLate);
  // At 5 chunks/s a stream, 3 ms are a small part of the time between two.
  const StepLoad slow = {.streams = 100, .chunks_per_s = 5};
  EXPECT_EQ(JudgeStep(slow, With({kLateNs}, Degraded())).state, StepState::kDistorted);
}

TEST(PreflightStepTest, OneLateNullServerOfSeveralIsEnough) {
  const JudgedStep step = JudgeStep(kLoad, With({kPunctualNs, kLateNs, kPunctualNs}, Degraded()));
  EXPECT_EQ(step.state, StepState::kNullServerLate);
  EXPECT_EQ(WorstLatenessP99(step.figures), Nanos(kLateNs));
}

TEST(PreflightStepTest, AChunkThatWasSentAndDidNotComeIsADistortion) {
  StepFigures figures = With({kPunctualNs, kPunctualNs}, Valid(4990));
  figures.agents[1].null_server->chunks = 9;
  const JudgedStep step = JudgeStep(kLoad, figures);
  EXPECT_EQ(step.state, StepState::kDistorted);
  EXPECT_EQ(step.why, "agent 1 received 7 of the 9 chunks that its null server sent");
}

TEST(PreflightStepTest, ALostAgentHasNoNullServersReport) {
  StepFigures figures = With({kPunctualNs, kPunctualNs}, Degraded());
  figures.agents[1].null_server.reset();
  EXPECT_EQ(JudgeStep(kLoad, figures).why, "degraded: arrival_bound, loop_lag");
  EXPECT_EQ(WorstLatenessP99(figures), Nanos(kPunctualNs));
}

TEST(PreflightStepTest, AnAgentIsKnownByItsPodOrItsMachine) {
  const NullServerReport report = {.chunks = 3, .lateness_p99_ns = 4, .blocked = 5};
  const StepFigures figures =
      FiguresOf(ResultsOf({{.host = {.hostname = "node7", .cores = 8}, .null_server = report},
                           {.agent = 1, .host = {.hostname = "h", .pod = "load-specctl-agent-1"}},
                           {.agent = 2, .chunks = 5, .chunks_dropped = 2}}));
  EXPECT_EQ(figures.agents[0].host, "node7");
  EXPECT_EQ(figures.agents[0].cores, 8u);
  EXPECT_EQ(figures.agents[0].null_server->blocked, 5u);
  EXPECT_EQ(figures.agents[1].host, "load-specctl-agent-1");
  EXPECT_FALSE(figures.agents[1].null_server.has_value());
  EXPECT_EQ(figures.agents[2].chunks, 7u) << "what was dropped later had come";
}

}  // namespace
}  // namespace specctl::cli
