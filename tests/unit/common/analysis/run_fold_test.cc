#include "common/analysis/run_fold.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <absl/strings/str_format.h>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

// Each slot begins a request every 250 ms: first chunk of 1 token after 20 ms, ten of 2 tokens
// every 20 ms, end after 250 ms.
void KeepBusy(JournalScript& script, uint32_t agent, uint32_t slot, double first_ms, int requests) {
  for (int i = 0; i < requests; ++i) {
    const double at_ms = first_ms + i * 250;
    script.Begin({.agent = agent, .slot = slot, .at_ms = at_ms})
        .Chunk(at_ms + 20, 1)
        .Chunks(10, at_ms + 40, 20, 2)
        .Ok(at_ms + 250);
  }
}

// Two slots for 8 s: full from 100 ms on, the first idle at 8 s, so the hold is [1, 8).
JournalScript SteadyRun() {
  JournalScript script({.bs = 2});
  KeepBusy(script, 0, 0, 0, 32);
  KeepBusy(script, 0, 1, 100, 32);
  return script;
}

TEST(RunFoldTest, HeadlineIsTheHolds) {
  const Results results = Fold(SteadyRun().Events());
  ASSERT_TRUE(results.hold.has_value());
  EXPECT_FALSE(results.headline_is_whole_run);
  EXPECT_EQ(results.hold->start_s, 1);
  EXPECT_EQ(results.hold->length_s, 7);
  EXPECT_EQ(results.hold->windows, 7u);
  EXPECT_EQ(results.hold->requests_begun, 56u);
  EXPECT_EQ(results.verdict.state, VerdictState::kValid);
  EXPECT_TRUE(results.verdict.reasons.empty());
  EXPECT_EQ(results.verdict.windows, 7u);

  // 8 requests of 21 tokens and 10 prompt tokens a second.
  ASSERT_TRUE(results.headline.throughput.output_tps &&
              results.headline.throughput.output_tps->low);
  EXPECT_DOUBLE_EQ(results.headline.throughput.output_tps->value, 168);
  EXPECT_DOUBLE_EQ(*results.headline.throughput.output_tps->low, 168);
  EXPECT_DOUBLE_EQ(results.headline.throughput.total_tps->value, 248);
  EXPECT_DOUBLE_EQ(results.headline.throughput.requests_per_s->value, 8);
  EXPECT_DOUBLE_EQ(*results.headline.throughput.output_tps_peak, 168);
}

TEST(RunFoldTest, LatenciesByHand) {
  const Results results = Fold(SteadyRun().Events());
  const LatencyFigures& latency = results.headline.latency;
  EXPECT_EQ(latency.ttft_ms->count, 56u);
  EXPECT_DOUBLE_EQ(latency.ttft_ms->p50, 20);
  EXPECT_DOUBLE_EQ(latency.itl_ms->mean, 10);  // (220 - 20) / (21 - 1)
  EXPECT_DOUBLE_EQ(latency.user_tps->p1, 100);
  EXPECT_DOUBLE_EQ(latency.request_latency_ms->max, 250);
  // 10 of each, less the 4 that came after the hold of the request that was in flight at its end.
  EXPECT_EQ(latency.step_latency_ms->count, 556u);
  EXPECT_DOUBLE_EQ(latency.step_latency_ms->min, 20);
  EXPECT_NEAR(latency.step_latency_ms->p99, 20, 0.01);
  EXPECT_FALSE(latency.ttfo_ms.has_value());
  EXPECT_FALSE(latency.connect_ms.has_value());
}

TEST(RunFoldTest, WholeRunStandsBesideTheHold) {
  const Results results = Fold(SteadyRun().Events());
  EXPECT_DOUBLE_EQ(results.run_length_s, 8.1);
  EXPECT_EQ(results.tokens.output, 64u * 21);
  EXPECT_EQ(results.tokens.input, 640u);
  EXPECT_DOUBLE_EQ(results.whole_run.throughput.output_tps->value, 64 * 21 / 8.1);
  EXPECT_FALSE(results.whole_run.throughput.output_tps->low.has_value());
  EXPECT_EQ(results.whole_run.latency.ttft_ms->count, 64u);
  EXPECT_EQ(results.whole_run.latency.step_latency_ms->count, 640u);
  EXPECT_EQ(results.tokens.finish_reasons.at("length"), 64u);
}

TEST(RunFoldTest, WindowsSayWhatHappenedInEachSecond) {
  const Results results = Fold(SteadyRun().Events());
  ASSERT_EQ(results.windows.size(), 9u);
  EXPECT_EQ(results.windows[0].stage, Stage::kRamp);
  EXPECT_DOUBLE_EQ(results.windows[0].in_flight_mean, 1.9);
  const WindowFigures& window = results.windows[3];
  EXPECT_EQ(window.start_s, 3);
  EXPECT_EQ(window.stage, Stage::kHold);
  EXPECT_DOUBLE_EQ(*window.output_tps, 168);
  EXPECT_DOUBLE_EQ(window.in_flight_mean, 2);
  EXPECT_EQ(window.begun, 8u);
  EXPECT_EQ(window.ok, 8u);
  EXPECT_DOUBLE_EQ(*window.ttft_p99_ms, 20);
  EXPECT_DOUBLE_EQ(*window.user_tps_p10, 100);
  EXPECT_NEAR(*window.step_latency_p50_ms, 20, 0.01);
  EXPECT_DOUBLE_EQ(*window.acceptance_length, 2);
  EXPECT_EQ(results.windows[8].stage, Stage::kDrain);
  EXPECT_NEAR(results.windows[8].in_flight_mean, 0.1, 1e-12);
}

TEST(RunFoldTest, RowsComeInTheOrderOfEndsWithTheirStage) {
  std::vector<EndedRequest> requests;
  Fold(SteadyRun().Events(), &requests);
  ASSERT_EQ(requests.size(), 64u);
  for (size_t i = 1; i < requests.size(); ++i)
    EXPECT_LE(*requests[i - 1].settled.end_ns, *requests[i].settled.end_ns);
  EXPECT_EQ(requests[0].settled.stage, Stage::kRamp);
  const SettledRequest& settled = requests[20].settled;
  EXPECT_EQ(settled.stage, Stage::kHold);
  EXPECT_EQ(*settled.first_token_ns, *settled.start_ns + 20 * kMs);
  EXPECT_EQ(*settled.first_chunk_tokens, 1u);
  EXPECT_EQ(settled.counted_tokens, 21u);
  const std::optional<ToldSteps> told = BestSteps(requests[20]);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->source, StepSource::kChunks);
  EXPECT_EQ(told->steps, 10u);
  EXPECT_FALSE(told->drafts);
}

// The slot's first idle moment, 7,750 ms, is reported long after the requests of that second ended.
TEST(RunFoldTest, AStageIsFinalOnlyOnceItsSecondIsReported) {
  JournalScript script({.bs = 1});
  KeepBusy(script, 0, 0, 0, 31);
  std::vector<EndedRequest> requests;
  const Results results = Fold(script.Events(), &requests);
  EXPECT_EQ(results.hold->start_s + results.hold->length_s, 7);
  ASSERT_EQ(requests.size(), 31u);
  for (const EndedRequest& request : requests) {
    const SettledRequest& settled = request.settled;
    EXPECT_EQ(settled.stage, settled.begin_ns < 7'000 * kMs ? Stage::kHold : Stage::kDrain)
        << settled.begin_ns;
  }
}

TEST(RunFoldTest, AShortRunIsWholeAndSaysSo) {
  JournalScript script({.bs = 2});
  KeepBusy(script, 0, 0, 0, 8);
  KeepBusy(script, 0, 1, 100, 8);
  const Results results = Fold(script.Events());
  EXPECT_TRUE(results.headline_is_whole_run);
  EXPECT_TRUE(HasLabel(results.verdict.labels, Label::kShortHold));
  EXPECT_DOUBLE_EQ(results.headline.throughput.output_tps->value, 16 * 21 / 2.1);
  EXPECT_EQ(results.headline.latency.ttft_ms->count, 16u);
  EXPECT_EQ(results.verdict.windows, 3u);
}

// One stream for 1.2 s, most of whose tokens come in the second that the end cuts.
TEST(RunFoldTest, ThePeakOfAShortRunIsNotBelowItsMean) {
  JournalScript script({.bs = 1});
  script.Begin({.slot = 0, .at_ms = 0}).Chunk(900, 10).Chunk(1'100, 90).Ok(1'200);
  const Results results = Fold(script.Events());
  EXPECT_NEAR(results.headline.throughput.output_tps->value, 100 / 1.2, 1e-9);
  ASSERT_TRUE(results.headline.throughput.output_tps_peak.has_value());
  EXPECT_GE(*results.headline.throughput.output_tps_peak,
            results.headline.throughput.output_tps->value);
}

TEST(RunFoldTest, ThePeakOfALongerRunIsThatOfItsBestSecond) {
  JournalScript script({.bs = 1});
  script.Begin({.slot = 0, .at_ms = 0}).Chunk(500, 10).Chunk(1'500, 90).Chunk(2'500, 20).Ok(3'500);
  EXPECT_DOUBLE_EQ(*Fold(script.Events()).headline.throughput.output_tps_peak, 90);
}

// Everything that the figures are made of, as text.
std::string Digest(const std::vector<Event>& events) {
  std::vector<EndedRequest> requests;
  const Results results = Fold(events, &requests);
  std::string text;
  for (const EndedRequest& request : requests) {
    const SettledRequest& settled = request.settled;
    text += absl::StrFormat("%d.%d %s %d\n", settled.position, settled.turn,
                            StageName(settled.stage), *settled.end_ns);
  }
  for (const WindowFigures& w : results.windows) {
    text += absl::StrFormat("%d %s %a %a %a %a %a\n", w.start_s, StageName(w.stage), *w.output_tps,
                            w.in_flight_mean, w.ttft_p99_ms.value_or(0),
                            w.step_latency_p99_ms.value_or(0), w.user_tps_p50.value_or(0));
  }
  const auto add = [&](const Distribution& d) {
    text += absl::StrFormat("%d %a %a %a %a\n", d.count, d.mean, d.p1, d.p50, d.p99);
  };
  add(*results.headline.latency.ttft_ms);
  add(*results.headline.latency.step_latency_ms);
  add(*results.headline.latency.user_tps);
  text += absl::StrFormat("%a %a %a", results.headline.throughput.output_tps->value,
                          results.headline.acceptance->per_step->value,
                          *results.headline.acceptance->per_step->low);
  return text;
}

TEST(RunFoldTest, OrderOfDifferentAgentsBatchesDoesNotMatter) {
  JournalScript script({.agents = 3, .bs = 6});
  for (uint32_t agent = 0; agent < 3; ++agent) {
    for (uint32_t slot = 0; slot < 2; ++slot) {
      for (int i = 0; i < 30; ++i) {
        const double at_ms = 37 * agent + 110 * slot + i * (240 + 5 * agent);
        script.Begin({.agent = agent, .slot = slot, .at_ms = at_ms})
            .Chunk(at_ms + 11 + (i * 7) % 5, 1)
            .Chunks(7, at_ms + 40, 19 + slot, 1 + (i + agent) % 3)
            .Ok(at_ms + 230);
      }
    }
  }
  const std::string by_time = Digest(script.Events());
  EXPECT_EQ(by_time, Digest(script.Events(/*agent_major=*/true)));
  EXPECT_THAT(by_time, testing::HasSubstr("hold"));
}

TEST(RunFoldTest, TokensOfAllOutcomesCountAndLatenciesOfOkOnes) {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0}).Chunk(10, 1).Chunk(30, 2).Ok(40);
  script.Begin({.at_ms = 50})
      .Chunk(90, 1)
      .Chunk(100, 4)
      .Fail(110, Outcome::kTimedOut, FailureKind::kIdleTimeout);
  const Results results = Fold(script.Events());
  EXPECT_EQ(results.tokens.output, 8u);
  EXPECT_DOUBLE_EQ(*results.windows[0].output_tps, 8);
  EXPECT_EQ(results.headline.latency.ttft_ms->count, 1u);
  EXPECT_EQ(results.headline.latency.step_latency_ms->count, 1u);
  EXPECT_EQ(results.conservation.timed_out, 1u);
  ASSERT_EQ(results.failures.size(), 1u);
  EXPECT_EQ(results.failures[0].text, "idle for too long (http://vllm:8000)");
}

TEST(RunFoldTest, AStepOfSeveralChunksIsOneStepLatency) {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0})
      .Chunk(100, 1)
      .Chunk(120, 1)
      .Chunk(121, 1)
      .SameStep()
      .Chunk(150, 1)
      .Within(4'000)
      .Chunk(151, 1)
      .Within(8'000)
      .SameStep()
      .Ok(160);
  const Results results = Fold(script.Events());
  ASSERT_TRUE(results.headline.latency.step_latency_ms.has_value());
  EXPECT_EQ(results.headline.latency.step_latency_ms->count, 2u);
  EXPECT_NEAR(results.headline.latency.step_latency_ms->min, 20, 0.02);
  EXPECT_NEAR(results.headline.latency.step_latency_ms->max, 30, 0.02);
  EXPECT_NEAR(results.headline.latency.step_latency_ms->error->p99, 4, 0.1)
      << "of the step's first chunk";
  EXPECT_DOUBLE_EQ(results.headline.latency.itl_ms->p50, 51.0 / 4) << "to the last token";
  EXPECT_NEAR(*results.windows[0].step_latency_p99_ms, 30, 0.02);
  EXPECT_DOUBLE_EQ(*results.windows[0].acceptance_length, 2);
  EXPECT_EQ(results.agents[0].chunks, 5u);
}

TEST(RunFoldTest, TotalsOnlyTakesTheFirstChunkAsOneToken) {
  JournalScript script({.bs = 1});
  ScriptRequest& request = script.Begin({.at_ms = 0});
  request.Chunk(100, std::nullopt).Chunk(200, std::nullopt).Chunk(600, std::nullopt).Ok(700);
  request.finish().token_source = TokenSource::kTotalsOnly;
  request.finish().output_tokens = 11;
  const Results results = Fold(script.Events());
  EXPECT_DOUBLE_EQ(results.headline.latency.user_tps->p50, 20);
  EXPECT_DOUBLE_EQ(results.headline.latency.itl_ms->p50, 50);
  EXPECT_EQ(results.tokens.output, 11u);
  EXPECT_DOUBLE_EQ(results.headline.throughput.output_tps->value, 11 / 0.7);
  EXPECT_FALSE(results.windows[0].output_tps.has_value());
  EXPECT_FALSE(results.headline.acceptance.has_value());
  EXPECT_EQ(results.headline.latency.step_latency_ms->count, 2u);
  EXPECT_TRUE(HasLabel(results.verdict.labels, Label::kTotalsOnly));
}

TEST(RunFoldTest, WithoutAnyUsageTokenFiguresAreAbsent) {
  JournalScript script({.bs = 1});
  ScriptRequest& request = script.Begin({.at_ms = 0});
  request.Chunk(100, std::nullopt).Chunk(200, std::nullopt).Ok(700);
  request.finish().token_source = TokenSource::kNone;
  const Results results = Fold(script.Events());
  EXPECT_FALSE(results.tokens.output.has_value());
  EXPECT_EQ(results.tokens.requests_without_totals, 1u);
  EXPECT_FALSE(results.headline.latency.user_tps.has_value());
  EXPECT_FALSE(results.headline.throughput.output_tps.has_value());
  EXPECT_DOUBLE_EQ(results.headline.latency.ttft_ms->p50, 100);
}

TEST(RunFoldTest, UserAndAnswerLatenciesHaveTheirOwnStarts) {
  JournalScript script({.bs = 1});
  ScriptRequest& request = script.Begin({.at_ms = 50, .due_ms = 20});
  request.Chunk(100, 2, /*reasoning=*/true).Chunk(160, 3).Ok(200);
  request.finish().start_mono_ns = kT0MonoNs + 60 * kMs;
  request.finish().connect_ns = 5 * kMs;
  const Results results = Fold(script.Events());
  EXPECT_DOUBLE_EQ(results.headline.latency.ttft_ms->p50, 40);
  EXPECT_DOUBLE_EQ(results.headline.latency.ttft_user_ms->p50, 80);
  EXPECT_DOUBLE_EQ(results.headline.latency.ttfo_ms->p50, 100);
  EXPECT_DOUBLE_EQ(results.headline.latency.connect_ms->p50, 5);
  EXPECT_DOUBLE_EQ(results.headline.latency.request_latency_ms->p50, 140);
  // First chunk 2 tokens: (5 - 2) tokens in 60 ms.
  EXPECT_DOUBLE_EQ(results.headline.latency.user_tps->p50, 50);
}

TEST(RunFoldTest, SlicesFollowTheRowsOfThePlan) {
  JournalScript script = SteadyRun();
  script.row(20).category = "math";
  script.row(20).tier = "mixed";
  script.row(21).category = "math";
  const Results results = Fold(script.Events());
  const SliceFigures* math = FindSlice(results, Dimension::kCategory, "math");
  ASSERT_NE(math, nullptr);
  EXPECT_EQ(math->conservation.ok, 2u);
  EXPECT_EQ(math->output_tokens, 42u);
  EXPECT_EQ(math->figures.latency.ttft_ms->count, 2u);
  EXPECT_EQ(math->figures.latency.step_latency_ms->count, 20u);
  EXPECT_DOUBLE_EQ(math->figures.acceptance->per_step->value, 2);
  EXPECT_EQ(FindSlice(results, Dimension::kTier, "mixed")->conservation.sent, 1u);
  EXPECT_EQ(FindSlice(results, Dimension::kSubCategory, ""), nullptr);
  EXPECT_EQ(FindSlice(results, Dimension::kAgent, "0")->conservation.sent, 64u);
  EXPECT_EQ(FindSlice(results, Dimension::kTarget, "http://vllm:8000")->conservation.sent, 64u);
  EXPECT_EQ(FindSlice(results, Dimension::kStage, "hold")->conservation.sent, 56u);
  EXPECT_EQ(FindSlice(results, Dimension::kStage, "ramp")->figures.latency.step_latency_ms->count,
            80u);
}

TEST(RunFoldTest, ASliceByModelFollowsTheRowsElseTheTargets) {
  JournalScript script = SteadyRun();
  script.spec().targets[0].model = "base";
  script.spec().targets[0].name = "fp8";
  script.row(20).model = "lora";
  const Results results = Fold(script.Events());
  EXPECT_EQ(FindSlice(results, Dimension::kModel, "lora")->conservation.sent, 1u);
  EXPECT_EQ(FindSlice(results, Dimension::kModel, "base")->conservation.sent, 63u);
  EXPECT_EQ(FindSlice(results, Dimension::kTarget, "fp8")->conservation.sent, 64u);
}

TEST(RunFoldTest, ADimensionOfTooManyKeysIsDropped) {
  JournalScript script = SteadyRun();
  for (uint64_t row = 0; row < 64; ++row) script.row(row).sub_category = std::to_string(row);
  EXPECT_NE(FindSlice(Fold(script.Events()), Dimension::kSubCategory, "63"), nullptr);
  script.Begin({.at_ms = 8'200}).Chunk(8'220, 1).Ok(8'300);
  script.row(64).sub_category = "64";
  const Results results = Fold(script.Events());
  EXPECT_EQ(FindSlice(results, Dimension::kSubCategory, "63"), nullptr);
  EXPECT_NE(FindSlice(results, Dimension::kTurn, "0"), nullptr);
  EXPECT_NE(std::find(results.notes.begin(), results.notes.end(),
                      "no results by sub_category: it has more than 64 values"),
            results.notes.end());
}

TEST(RunFoldTest, SlicesByDifficultyAndTheTargetsShareOfTheRunsTps) {
  JournalScript script = SteadyRun();
  for (uint64_t row = 0; row < 64; ++row) script.row(row).difficulty = row < 16 ? "hard" : "easy";
  const Results results = Fold(script.Events());
  EXPECT_EQ(FindSlice(results, Dimension::kDifficulty, "hard")->conservation.sent, 16u);
  double tps = 0;
  for (const SliceFigures& slice : results.slices) {
    if (slice.by == Dimension::kDifficulty) tps += *slice.whole_run_output_tps;
  }
  EXPECT_DOUBLE_EQ(tps, results.whole_run.throughput.output_tps->value);
}

TEST(RunFoldTest, ChunksAreExportedWithTheirRequest) {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0}).Chunk(10, 1).Chunk(30, 2).Ok(40);
  std::vector<std::string> lines;
  const auto list_chunks = [&](const EndedRequest& request) {
    for (const KeptChunk& chunk : request.open.kept) {
      lines.push_back(absl::StrFormat("%d at %d (from %d) unix %d: %d", request.settled.position,
                                      chunk.arrival_ns, chunk.early_ns,
                                      chunk.arrival_unix_ns - kT0UnixNs, *chunk.tokens));
    }
  };
  RunFold fold(list_chunks, RunFold::Chunks::kKept);
  for (const Event& event : script.Events()) ASSERT_TRUE(fold.Apply(event).ok());
  fold.Finish();
  EXPECT_THAT(lines, testing::ElementsAre("0 at 10000000 (from 10000000) unix 10000000: 1",
                                          "0 at 30000000 (from 30000000) unix 30000000: 2"));
}

TEST(RunFoldTest, LiveShowsWhatAllAgentsHaveReported) {
  const std::vector<Event> events = SteadyRun().Events();
  RunFold fold;
  EXPECT_EQ(fold.Live().stage, LiveStage::kPreparing);
  for (const Event& event : events) {
    const auto* batch = std::get_if<AgentBatch>(&event);
    if (batch != nullptr && batch->to_mono_ns > kT0MonoNs + 5'000 * kMs) break;
    ASSERT_TRUE(fold.Apply(event).ok());
  }
  const LiveFigures live = fold.Live();
  EXPECT_EQ(live.stage, LiveStage::kHold);
  EXPECT_DOUBLE_EQ(live.elapsed_s, 5);
  EXPECT_EQ(live.planned, 64u);
  EXPECT_EQ(live.done, 19u + 19u);  // ends before 5,000: at 250 .. 4,750 and 350 .. 4,850
  EXPECT_EQ(live.in_flight, 2u);
  EXPECT_EQ(live.failed, 0u);
  ASSERT_EQ(live.output_tps_by_second.size(), 5u);
  EXPECT_DOUBLE_EQ(live.output_tps_by_second[2], 168);
  EXPECT_EQ(live.agents, 1u);
}

TEST(RunFoldTest, ARunOfAnImpossibleLengthIsRefused) {
  for (const Nanos length : {Nanos(-1), Nanos::min(), Nanos::max()}) {
    for (Nanos LoadSpec::*part : {&LoadSpec::ramp, &LoadSpec::warmup}) {
      RunBegun begun;
      begun.spec.load.*part = length;
      EXPECT_EQ(RunFold().Apply(begun).code(), absl::StatusCode::kDataLoss);
    }
    RunBegun begun;
    begun.spec.load.duration = length;
    EXPECT_EQ(RunFold().Apply(begun).code(), absl::StatusCode::kDataLoss);
  }
}

TEST(RunFoldTest, OtherHostsAreMappedByProbes) {
  JournalScript script({.bs = 1});
  script.host(0).boot_id = "elsewhere";
  script.Begin({.at_ms = 100}).Chunk(150, 1).Chunk(170, 1).Ok(200);
  std::vector<Event> events = script.Events();
  // The agent's clock is 300 ms ahead: what it calls 100 ms happened at -200 ms.
  const int64_t at_ns = kT0MonoNs - 1'000 * kMs;
  const ClockProbed probe{.agent = 0,
                          .controller_send_mono_ns = at_ns + 1 * kMs,
                          .agent_receive_mono_ns = at_ns + 302 * kMs,
                          .agent_send_mono_ns = at_ns + 300 * kMs,
                          .controller_receive_mono_ns = at_ns + 1 * kMs};
  const auto armed = std::find_if(events.begin(), events.end(), [](const Event& event) {
    return std::holds_alternative<Armed>(event);
  });
  events.insert(armed, Event(probe));
  std::vector<EndedRequest> requests;
  const Results results = Fold(events, &requests);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].settled.begin_ns, -200 * kMs);
  EXPECT_EQ(*requests[0].settled.first_token_ns, -150 * kMs);
  EXPECT_DOUBLE_EQ(results.headline.latency.ttft_ms->p50, 50);
  EXPECT_FALSE(HasReason(results.verdict, ReasonCode::kClockUnmapped));
}

TEST(RunFoldTest, WithoutProbesTheWallClockAlignsAndTheVerdictSaysSo) {
  JournalScript script({.bs = 1});
  script.host(0).boot_id = "elsewhere";
  script.Begin({.at_ms = 100}).Chunk(150, 1).Chunk(170, 1).Ok(200);
  std::vector<EndedRequest> requests;
  const Results results = Fold(script.Events(), &requests);
  EXPECT_EQ(requests[0].settled.begin_ns, 100 * kMs);
  EXPECT_TRUE(HasReason(results.verdict, ReasonCode::kClockUnmapped));
}

TEST(RunFoldTest, AStepOfTheWallClockMovesNothingOfAnAgentWithoutProbes) {
  JournalScript script({.bs = 1});
  script.host(0).boot_id = "elsewhere";
  script.Begin({.at_ms = 100}).Chunk(150, 1).Chunk(270, 1).Ok(300);
  std::vector<Event> events = script.Events();
  for (Event& event : events) {
    auto* batch = std::get_if<AgentBatch>(&event);
    const bool stepped = batch != nullptr && batch->to_mono_ns > kT0MonoNs + 200 * kMs;
    if (stepped) batch->real_minus_mono_ns -= 3'600'000 * kMs;
  }
  std::vector<EndedRequest> requests;
  Fold(events, &requests);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].settled.begin_ns, 100 * kMs);
  EXPECT_EQ(*requests[0].settled.last_token_ns, 270 * kMs);
  EXPECT_EQ(*requests[0].settled.end_ns, 300 * kMs);
}

}  // namespace
}  // namespace specctl
