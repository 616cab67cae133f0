#include "common/report/page_head.h"

#include <gmock/gmock.h>

#include "tests/unit/common/report/sample_results.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(PageHeadTest, TheVerdictComesFirstAndItsReasonsNext) {
  Results results = testing::FullResults();
  results.verdict.state = VerdictState::kDegraded;
  results.verdict.reasons = {{.code = ReasonCode::kAgentLost, .text = "agent 7", .windows = 0},
                             {.code = ReasonCode::kInFlightBelowBs, .text = "98 %", .windows = 4}};
  EXPECT_THAT(VerdictLines(results),
              StartsWith("DEGRADED  run 20261122-101410-7f3a   hold 61 s of 84 s   (61 windows: 59 "
                         "valid, 2 degraded)\n"
                         "reason    agent_lost: agent 7\n"
                         "reason    in_flight_below_bs: 98 % (4 windows)\n"
                         "label     queued: "));
}

TEST(PageHeadTest, AHoldThatIsTooShortSaysWhoseFiguresTheseAre) {
  Results results = testing::FullResults();
  results.headline_is_whole_run = true;
  EXPECT_THAT(VerdictLines(results), HasSubstr("hold 61 s of 84 s: figures of the whole run"));
  results.hold.reset();
  EXPECT_THAT(VerdictLines(results), HasSubstr("no hold: figures of the whole run, 84 s"));
}

TEST(PageHeadTest, AnEarlyEndIsNamed) {
  Results results = testing::FullResults();
  EXPECT_THAT(VerdictLines(results), Not(HasSubstr("ended")));
  results.end = {.end = RunEnd::kTooManyFailures, .reason = "12 of 20 failed", .at_mono_ns = 0};
  EXPECT_THAT(VerdictLines(results), HasSubstr("ended     too many failures: 12 of 20 failed\n"));
}

TEST(PageHeadTest, AnEndWhoseReasonSaysItIsNamedOnce) {
  Results results = testing::FullResults();
  results.end = {.end = RunEnd::kInterrupted, .reason = "interrupted", .at_mono_ns = 0};
  EXPECT_THAT(VerdictLines(results), HasSubstr("ended     interrupted\n"));
  results.end.reason = "interrupted twice: stopped at once";
  EXPECT_THAT(VerdictLines(results), HasSubstr("ended     interrupted twice: stopped at once\n"));
  results.end.reason = "";
  EXPECT_THAT(VerdictLines(results), HasSubstr("ended     interrupted\n"));
}

TEST(PageHeadTest, ShortTimesOfTheLoadAreNotRoundedAway) {
  Results results = testing::FullResults();
  results.spec.load.duration = std::chrono::milliseconds(1);
  results.spec.load.ramp = std::chrono::milliseconds(2500);
  EXPECT_THAT(SetupLines(results), HasSubstr("duration 1 ms"));
  EXPECT_THAT(SetupLines(results), HasSubstr("ramp 2.5 s"));
}

TEST(PageHeadTest, TargetsThatRunTheSameStandOnOneLine) {
  Results results;
  for (uint32_t i = 0; i < 6; ++i) results.targets.push_back(testing::SampleTarget(i));
  results.targets[5].model = "Qwen3-8B";
  const std::string lines = SetupLines(results);
  EXPECT_THAT(lines, HasSubstr("http://vllm-2:8000   and 2 more   vLLM 0.32.0"));
  EXPECT_THAT(lines, HasSubstr("5 targets\n"));
  EXPECT_THAT(lines, HasSubstr("target    http://vllm-5:8000   vLLM 0.32.0   Qwen3-8B"));
}

TEST(PageHeadTest, BuiltinPromptsAreCalledWhatTheyAre) {
  Results results;
  results.spec.dataset.name = "builtin_throughput_1k";
  results.spec.dataset.builtin = true;
  EXPECT_THAT(
      SetupLines(results),
      HasSubstr("builtin_throughput_1k: only for trying things out, not a SPEED-Bench result"));
  results.spec.dataset.name = "builtin";
  EXPECT_THAT(SetupLines(results),
              HasSubstr("builtin prompts: only for trying things out, not a SPEED-Bench result"));
}

TEST(PageHeadTest, TheStartSkewSaysWhatTheClocksLeaveOpen) {
  Results results = testing::FullResults();
  EXPECT_THAT(SetupLines(results), HasSubstr("start skew 1.25 ms, clocks within 0.0800 ms"));
  results.start_skew->bound_ms = 0;
  EXPECT_THAT(SetupLines(results), HasSubstr("start skew 1.25 ms\n"));
}

}  // namespace
}  // namespace specctl
