#include "common/analysis/window_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "common/analysis/stages.h"
#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

std::string Lags(Nanos lag, uint64_t count = 1, Nanos other = 0ns, uint64_t others = 0) {
  LagHistogram histogram;
  histogram.AddLag(lag, count);
  histogram.AddLag(other, others);
  return histogram.Encode();
}

AgentHealth Second(int64_t from_ms = 3'000, int64_t at_ms = 4'000) {
  AgentHealth health;
  health.from_mono_ns = from_ms * kMs;
  health.at_mono_ns = at_ms * kMs;
  health.chunks = 100;
  return health;
}

// The verdict of one window of one agent.
WindowVerdict Judged(const AgentHealth& health, const WindowScale& scale = {}) {
  HealthFold fold;
  EXPECT_TRUE(fold.ApplyHealth(health, {.agent = 7, .cores = 2}).ok());
  return JudgeWindow(fold.At(3), scale);
}

std::string CodesOf(const WindowVerdict& verdict) {
  std::string codes;
  for (const WindowFault& fault : verdict.faults)
    codes += std::string(ReasonName(fault.code)) + " ";
  return codes;
}

TEST(WindowHealthTest, AnAgentThatKeptUpIsValid) {
  AgentHealth health = Second();
  health.arrival_bound = Lags(0ns, 100);
  health.loop_lag = Lags(2ms);
  health.send_lag = Lags(1ms);
  EXPECT_EQ(Judged(health).state, VerdictState::kValid);
  EXPECT_EQ(JudgeWindow(WindowHealth(), {}).state, VerdictState::kValid);
}

TEST(WindowHealthTest, ArrivalsAreHeldAgainstOnePercentOfTheStep) {
  AgentHealth health = Second();
  health.arrival_bound = Lags(0ns, 98, 300us, 2);
  const WindowScale steps_of_50_ms{.step_p50_ns = 50 * kMs};
  const WindowScale steps_of_20_ms{.step_p50_ns = 20 * kMs};
  EXPECT_EQ(Judged(health, steps_of_50_ms).state, VerdictState::kValid);
  const WindowVerdict degraded = Judged(health, steps_of_20_ms);
  EXPECT_EQ(degraded.state, VerdictState::kDegraded);
  EXPECT_EQ(CodesOf(degraded), "arrival_bound ");
  EXPECT_THAT(degraded.faults[0].text, HasSubstr("(limit 0.2, agent 7)"));
  health.arrival_bound = Lags(0ns, 98, 1200us, 2);
  EXPECT_EQ(Judged(health, steps_of_20_ms).state, VerdictState::kInvalid);
  health.arrival_bound = Lags(0ns, 99, 1200us, 1);
  EXPECT_EQ(Judged(health, steps_of_20_ms).state, VerdictState::kValid) << "one in a hundred";
}

TEST(WindowHealthTest, WithQuickStepsAHundredMicrosecondsAreGranted) {
  AgentHealth health = Second();
  health.arrival_bound = Lags(80us);
  EXPECT_EQ(Judged(health, {.step_p50_ns = 1 * kMs}).state, VerdictState::kValid);
  health.arrival_bound = Lags(150us);
  EXPECT_EQ(Judged(health, {.step_p50_ns = 1 * kMs}).state, VerdictState::kDegraded);
}

TEST(WindowHealthTest, EachFaultHasItsReason) {
  const auto codes = [](const std::function<void(AgentHealth&)>& change) {
    AgentHealth health = Second();
    change(health);
    return CodesOf(Judged(health));
  };
  EXPECT_EQ(codes([](AgentHealth& health) { health.loop_lag = Lags(150ms); }), "loop_lag ");
  EXPECT_EQ(codes([](AgentHealth& health) { health.send_lag = Lags(15ms); }), "send_lag ");
  EXPECT_EQ(codes([](AgentHealth& health) { health.cpu_throttled_ns = 30'000'000; }),
            "cpu_throttled ");
  EXPECT_EQ(codes([](AgentHealth& health) { health.cpu_throttled_ns = 10'000'000; }), "");
  EXPECT_EQ(codes([](AgentHealth& health) { health.cpu_stolen_ns = 120'000'000; }), "cpu_steal ");
  EXPECT_EQ(codes([](AgentHealth& health) { health.cpu_stolen_ns = 90'000'000; }), "")
      << "of two cores";
}

TEST(WindowHealthTest, LateRequestsAreHeldAgainstTheTtft) {
  AgentHealth health = Second();
  health.send_lag = Lags(40ms);
  EXPECT_EQ(Judged(health, {.ttft_p50_ns = 500 * kMs}).state, VerdictState::kValid);
  EXPECT_EQ(Judged(health, {.ttft_p50_ns = 200 * kMs}).state, VerdictState::kDegraded);
}

TEST(WindowHealthTest, AClockThatIsBarelyKnownIsAFault) {
  HealthFold fold;
  ASSERT_TRUE(fold.ApplyHealth(Second(), {.agent = 1, .clock_bound_ns = 20 * kMs}).ok());
  EXPECT_EQ(CodesOf(JudgeWindow(fold.At(3), {})), "clock_bound ");
}

TEST(WindowHealthTest, ARecordAtAnImpossibleTimeIsPassedOver) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  HealthFold fold;
  for (const int64_t to_run_ns : {int64_t{5}, -kTimeMaxNs}) {
    AgentHealth health = Second();
    health.at_mono_ns = kMost;
    EXPECT_FALSE(fold.ApplyHealth(health, {.agent = 1, .to_run_ns = to_run_ns}).ok());
    health.from_mono_ns = kMost - 1;
    EXPECT_FALSE(fold.ApplyHealth(health, {.agent = 1, .to_run_ns = to_run_ns}).ok());
    health.from_mono_ns = std::numeric_limits<int64_t>::min();
    EXPECT_FALSE(fold.ApplyHealth(health, {.agent = 1, .to_run_ns = to_run_ns}).ok());
  }
}

TEST(WindowHealthTest, ARecordCountsForEveryWindowThatItCovers) {
  HealthFold fold;
  AgentHealth health = Second(2'950, 5'300);
  health.loop_lag = Lags(1'300ms);
  ASSERT_TRUE(fold.ApplyHealth(health, {}).ok());
  EXPECT_EQ(CodesOf(JudgeWindow(fold.At(2), {})), "") << "half a tenth of it";
  EXPECT_EQ(CodesOf(JudgeWindow(fold.At(3), {})), "loop_lag ");
  EXPECT_EQ(CodesOf(JudgeWindow(fold.At(4), {})), "loop_lag ");
  EXPECT_EQ(CodesOf(JudgeWindow(fold.At(5), {})), "loop_lag ");
}

TEST(WindowHealthTest, ARecordThatIsDamagedOrContradictsItselfIsDataLoss) {
  HealthFold fold;
  AgentHealth health = Second();
  health.loop_lag = "\xff";
  const absl::Status damaged = fold.ApplyHealth(health, {.agent = 2});
  EXPECT_EQ(damaged.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(damaged.message(), "agent 2: health record: histogram of lags: damaged");
  EXPECT_EQ(fold.ApplyHealth(Second(4'000, 4'000), {}).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(fold.ApplyHealth(Second(4'000, 40'000'000'000), {}).code(),
            absl::StatusCode::kDataLoss);
}

// --- in a run ---------------------------------------------------------------------------------

// One slot, requests of `request_ms` one after another for `length_s`, a step every 10 ms.
JournalScript BusyRun(int length_s, int request_ms = 500) {
  JournalScript script({.bs = 1});
  for (int at_ms = 0; at_ms < length_s * 1'000; at_ms += request_ms) {
    script.Begin({.at_ms = static_cast<double>(at_ms)})
        .Chunks(request_ms / 10 - 1, at_ms + 10, 10, 1)
        .Ok(at_ms + request_ms);
  }
  for (int second = 0; second < length_s; ++second) {
    AgentHealth& health = script.Health(0, static_cast<uint32_t>(second));
    health.chunks = 98;
    health.in_flight = 1;
    health.arrival_bound = Lags(0ns, 98);
  }
  return script;
}

TEST(WindowHealthTest, AnInvalidWindowIsLeftOutAndBothFiguresAreThere) {
  JournalScript script = BusyRun(42);
  script.Health(0, 20).arrival_bound = Lags(300ms, 98);
  const Results results = Fold(script.Events());
  EXPECT_EQ(results.windows[20].verdict, VerdictState::kInvalid);
  EXPECT_THAT(results.windows[20].reasons, ElementsAre(ReasonCode::kArrivalBound));
  EXPECT_EQ(results.windows[21].verdict, VerdictState::kValid);
  EXPECT_EQ(results.verdict.state, VerdictState::kValid) << "1 of 40 is less than 5 %";
  ASSERT_TRUE(HasReason(results.verdict, ReasonCode::kArrivalBound));
  ASSERT_TRUE(results.hold);
  EXPECT_EQ(results.hold->windows_left_out, 1u);
  ASSERT_TRUE(results.with_invalid);
  // Two requests lie in the window.
  EXPECT_EQ(results.with_invalid->latency.ttft_ms->count,
            results.headline.latency.ttft_ms->count + 2);
  EXPECT_EQ(results.with_invalid->latency.step_latency_ms->count,
            results.headline.latency.step_latency_ms->count + 2 * 48);
  EXPECT_EQ(results.headline.throughput.output_tps->value, 98);
}

TEST(WindowHealthTest, GoodputIsOfWhatBeganInSoundWindows) {
  JournalScript script = BusyRun(80, 2'000);
  script.spec().goodput = *ParseGoodput("ttft:50");
  // In the middle of a request: it is left out of the share, and began in a sound window.
  script.Health(0, 31).arrival_bound = Lags(300ms, 98);
  const Results results = Fold(script.Events());
  ASSERT_TRUE(results.hold && results.with_invalid);
  ASSERT_EQ(results.hold->windows_left_out, 1u);
  const auto sound_s = static_cast<double>(results.hold->windows - 1);
  EXPECT_EQ(results.headline.throughput.goodput_share->value, 1);
  EXPECT_DOUBLE_EQ(results.headline.throughput.goodput_per_s->value,
                   static_cast<double>(results.hold->requests_begun) / sound_s);
}

TEST(WindowHealthTest, WithoutAnInvalidWindowNothingIsLeftOut) {
  const Results results = Fold(BusyRun(20).Events());
  EXPECT_EQ(results.verdict.state, VerdictState::kValid);
  EXPECT_EQ(results.hold->windows_left_out, 0u);
  EXPECT_FALSE(results.with_invalid);
}

TEST(WindowHealthTest, ManyInvalidWindowsMakeTheRunInvalid) {
  JournalScript script = BusyRun(20);
  for (uint32_t second = 5; second < 12; ++second) {
    script.Health(0, second).loop_lag = Lags(600ms);
  }
  const Results results = Fold(script.Events());
  EXPECT_EQ(results.verdict.state, VerdictState::kInvalid);
  ASSERT_EQ(results.verdict.reasons.size(), 1u);
  EXPECT_EQ(results.verdict.reasons[0].windows, 7u);
  EXPECT_THAT(results.verdict.reasons[0].text, HasSubstr("at worst an agent stood still for"));
}

TEST(WindowHealthTest, WhereEveryWindowIsInvalidAllStayInTheFigures) {
  JournalScript script = BusyRun(20);
  for (uint32_t second = 0; second < 20; ++second) {
    script.Health(0, second).loop_lag = Lags(600ms);
  }
  const Results results = Fold(script.Events());
  EXPECT_EQ(results.verdict.state, VerdictState::kInvalid);
  EXPECT_FALSE(results.with_invalid);
  EXPECT_GT(results.headline.latency.ttft_ms->count, 30u);
}

TEST(WindowHealthTest, RequestsThatAgentsCountOtherwiseThanTheirRowsAreAReason) {
  JournalScript script = BusyRun(30);
  for (uint32_t second = 0; second < 30; ++second) script.Health(0, second).in_flight = 4;
  const Results results = Fold(script.Events());
  EXPECT_TRUE(HasReason(results.verdict, ReasonCode::kLittlesLaw));
  EXPECT_FALSE(HasReason(Fold(BusyRun(30).Events()).verdict, ReasonCode::kLittlesLaw));
}

TEST(WindowHealthTest, WhatTheServerOrTheEnvironmentDidIsALabelAndDropsNothing) {
  JournalScript script = BusyRun(20);
  script.Health(0, 6).burst_chunks = 90;
  script.Health(0, 7).wall_clock_steps = 1;
  script.Health(0, 8).unacknowledged_ns = 3'000'000'000;
  const Results results = Fold(script.Events());
  EXPECT_EQ(results.verdict.state, VerdictState::kValid);
  EXPECT_TRUE(HasLabel(results.verdict.labels, Label::kServerBurst));
  EXPECT_TRUE(HasLabel(results.verdict.labels, Label::kClockStepped));
  EXPECT_TRUE(HasLabel(results.verdict.labels, Label::kControllerLink));
  EXPECT_THAT(results.windows[6].labels, ElementsAre(Label::kServerBurst));
  EXPECT_EQ(results.hold->windows_left_out, 0u);
  EXPECT_TRUE(results.verdict.reasons.empty());
}

TEST(WindowHealthTest, UncertainArrivalsAreErrorBoundsOfTheFigures) {
  JournalScript script({.bs = 1});
  for (int i = 0; i < 40; ++i) {
    const double at_ms = i * 200.0;
    ScriptRequest& request = script.Begin({.at_ms = at_ms});
    request.Chunk(at_ms + 50, 1);
    if (i % 2 == 0) request.Within(4'000);
    request.Chunk(at_ms + 100, 1).Chunk(at_ms + 150, 1).Within(6'000).Ok(at_ms + 200);
  }
  const Results results = Fold(script.Events());
  ASSERT_TRUE(results.headline.latency.ttft_ms->error);
  EXPECT_NEAR(results.headline.latency.ttft_ms->p50, 50, 0.01);
  EXPECT_NEAR(results.headline.latency.ttft_ms->error->p50, 4, 0.01);
  EXPECT_NEAR(results.headline.latency.ttft_ms->error->p99, 0.001, 0.0001)
      << "half of them are exact";
  ASSERT_TRUE(results.headline.latency.step_latency_ms->error);
  EXPECT_NEAR(results.headline.latency.step_latency_ms->error->p50, 4, 2.1);
  EXPECT_NEAR(results.headline.latency.step_latency_ms->error->p99, 4, 0.1);
  // 100 ms for two tokens, its ends known to 4 and 6 ms.
  EXPECT_NEAR(results.headline.latency.itl_ms->p50, 50, 0.01);
  EXPECT_NEAR(results.headline.latency.itl_ms->error->p50, 3, 0.01);
  EXPECT_NEAR(results.headline.latency.user_tps->error->p50, 20 * (100.0 / 94 - 1), 0.01);
}

TEST(WindowHealthTest, ExactArrivalsLeaveTheirResolution) {
  JournalScript script({.bs = 1});
  for (int i = 0; i < 40; ++i) {
    script.Begin({.at_ms = i * 200.0}).Chunks(3, i * 200 + 50, 50, 1).Ok(i * 200 + 200);
  }
  const Results results = Fold(script.Events());
  EXPECT_NEAR(results.headline.latency.ttft_ms->error->p99, 0.001, 1e-6);
  EXPECT_NEAR(results.headline.latency.step_latency_ms->error->p99, 0.001 + 0.0005 * 50, 1e-3);
  EXPECT_FALSE(results.headline.latency.request_latency_ms->error);
}

TEST(WindowHealthTest, AgentsStartSkewIsMeasured) {
  JournalScript script({.agents = 2, .bs = 2});
  for (int i = 0; i < 20; ++i) {
    script.Begin({.agent = 0, .at_ms = i * 200.0 + 1}).Chunk(i * 200 + 50, 1).Ok(i * 200 + 190);
    script.Begin({.agent = 1, .at_ms = i * 200.0 + 8}).Chunk(i * 200 + 50, 1).Ok(i * 200 + 190);
  }
  const Results results = Fold(script.Events());
  ASSERT_TRUE(results.start_skew);
  EXPECT_NEAR(results.start_skew->ms, 7, 1e-6);
  EXPECT_EQ(results.start_skew->bound_ms, 0) << "one host";
}

}  // namespace
}  // namespace specctl
