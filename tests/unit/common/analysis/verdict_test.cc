#include "common/analysis/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

using testing::Contains;
using testing::HasSubstr;

// One slot, requests of 200 ms, one at once after another but for `idle_ms`; hold [1, 8).
struct Idle {
  double from_ms = 0, until_ms = 0, idle_ms = 0;
  bool backing_off = false;
};
Results RunWith(const Idle& idle) {
  JournalScript script({.bs = 1});
  double at_ms = 0, free_ms = 0;
  while (at_ms < 8'900) {
    ScriptRequest& request = script.Begin({.at_ms = at_ms, .due_ms = free_ms});
    request.Chunk(at_ms + 10, 1).Chunk(at_ms + 20, 1);
    at_ms += 200;
    free_ms = at_ms;
    const bool idles = at_ms >= idle.from_ms && at_ms < idle.until_ms;
    if (idles && idle.backing_off) {
      request.Fail(at_ms, Outcome::kFailed, FailureKind::kTruncated);
    } else {
      request.Ok(at_ms);
    }
    if (idles) at_ms += idle.idle_ms;
    if (idle.backing_off) free_ms = at_ms;
  }
  return Fold(script.Events());
}

TEST(VerdictTest, ABusyRunIsValid) {
  const Results results = RunWith({});
  EXPECT_EQ(results.verdict.state, VerdictState::kValid);
  EXPECT_FALSE(HasReason(results.verdict, ReasonCode::kInFlightBelowBs));
}

TEST(VerdictTest, IdleSlotsOfOursDegradeTheirWindows) {
  const Results results = RunWith({.from_ms = 3'000, .until_ms = 4'000, .idle_ms = 20});
  ASSERT_TRUE(HasReason(results.verdict, ReasonCode::kInFlightBelowBs));
  EXPECT_EQ(results.windows[3].verdict, VerdictState::kDegraded);
  EXPECT_THAT(results.windows[3].reasons, testing::ElementsAre(ReasonCode::kInFlightBelowBs));
  EXPECT_EQ(results.windows[5].verdict, VerdictState::kValid);
  EXPECT_EQ(results.verdict.reasons[0].windows, 1u);
  // 1 of 7 windows is more than 5 %.
  EXPECT_EQ(results.verdict.state, VerdictState::kDegraded);
}

TEST(VerdictTest, BackingOffIsNoIdling) {
  const Results results =
      RunWith({.from_ms = 3'000, .until_ms = 4'000, .idle_ms = 20, .backing_off = true});
  EXPECT_FALSE(HasReason(results.verdict, ReasonCode::kInFlightBelowBs));
  EXPECT_LT(results.windows[3].in_flight_mean, 0.95);
  EXPECT_EQ(results.verdict.state, VerdictState::kValid);
}

// Requests of 8 s, and then a server that refuses all but one: slots back off longer and longer,
// and the last back-off of each outlasts the run.
TEST(VerdictTest, ADeadServerIsNoFaultOfTheAgents) {
  JournalScript script({.bs = 16, .warmup_ms = 6'000, .duration_ms = 30'000});
  double busy_ms = 0;
  for (; busy_ms < 29'000; busy_ms += 200) {
    script.Begin({.at_ms = busy_ms}).Chunk(busy_ms + 10, 1).Ok(busy_ms + 200);
  }
  for (uint32_t slot = 1; slot < 16; ++slot) {
    script.Begin({.slot = slot, .at_ms = 0}).Chunk(100, 1).Chunk(7'900, 1).Ok(8'000);
    double at_ms = 8'000;
    for (double back_off_ms = 100; at_ms < 30'000; back_off_ms *= 2) {
      script.Begin({.slot = slot, .at_ms = at_ms})
          .Fail(at_ms + 1, Outcome::kFailed, FailureKind::kConnect);
      at_ms += 1 + back_off_ms;
    }
  }
  for (uint32_t second = 0; second < 30; ++second) {
    script.Health(0, second).in_flight = second < 8 ? 16 : 1;
  }
  const Results results = Fold(script.Events());
  ASSERT_TRUE(results.hold);
  EXPECT_GE(results.hold->length_s, 20);
  EXPECT_FALSE(HasReason(results.verdict, ReasonCode::kInFlightBelowBs));
  EXPECT_FALSE(HasReason(results.verdict, ReasonCode::kLittlesLaw));
  EXPECT_THAT(results.verdict.checks_not_made, testing::Not(Contains(HasSubstr("Little"))));
}

TEST(VerdictTest, TheHoldEndsWhereALostAgentLastReported) {
  JournalScript script({.agents = 2, .bs = 2, .planned = 200});
  for (int i = 0; i < 50; ++i) {
    for (uint32_t agent = 0; agent < 2; ++agent) {
      script.Begin({.agent = agent, .at_ms = i * 200.0}).Chunk(i * 200 + 10, 1).Ok(i * 200 + 200);
    }
  }
  script.Unassign(0, UnassignedReason::kInterrupted, 50);
  script.Lose(1, 7'400);
  const Results results = Fold(script.Events());
  ASSERT_TRUE(results.hold.has_value());
  EXPECT_EQ(results.hold->start_s + results.hold->length_s, 7);
  EXPECT_EQ(results.verdict.state, VerdictState::kDegraded);
  ASSERT_EQ(results.verdict.reasons.size(), 1u);
  EXPECT_EQ(results.verdict.reasons[0].code, ReasonCode::kAgentLost);
  EXPECT_EQ(results.verdict.reasons[0].text, "agent 1 was killed");
}

TEST(VerdictTest, ADrainEndsTheHold) {
  JournalScript script({.bs = 1});
  for (int i = 0; i < 50; ++i) {
    script.Begin({.at_ms = i * 200.0}).Chunk(i * 200 + 10, 1).Ok(i * 200 + 200);
  }
  script.DrainAt(6'300);
  const Results results = Fold(script.Events());
  EXPECT_EQ(results.hold->length_s, 6 - 0 - (results.hold->start_s));
  EXPECT_EQ(results.windows[6].stage, Stage::kDrain);
}

// --- contradictions ---------------------------------------------------------------------------

TEST(VerdictTest, AnEventBeforeTheSpecIsDataLoss) {
  RunFold fold;
  const absl::Status applied = fold.Apply(AgentBatch{});
  EXPECT_EQ(applied.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(applied.message(), "an event before the run's spec");
  EXPECT_EQ(fold.Finish().verdict.state, VerdictState::kInvalid);
}

std::vector<Event> SmallRun() {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0}).Chunk(10, 1).Chunk(250, 1).Ok(300);
  return script.Events();
}

// Folds with the batches changed by `change`; returns the first error's text.
std::string FirstError(const std::function<void(AgentBatch&)>& change, Results& results) {
  RunFold fold;
  std::string text;
  for (Event event : SmallRun()) {
    if (auto* batch = std::get_if<AgentBatch>(&event)) change(*batch);
    const absl::Status applied = fold.Apply(event);
    if (applied.ok() || !text.empty()) continue;
    EXPECT_EQ(applied.code(), absl::StatusCode::kDataLoss);
    text = std::string(applied.message());
  }
  results = fold.Finish();
  return text;
}

TEST(VerdictTest, ContradictionsAreNamedAndInvalidate) {
  Results results;
  EXPECT_EQ(FirstError([](AgentBatch& batch) { batch.agent = 5; }, results),
            "a batch of agent 5, which never joined");
  EXPECT_TRUE(HasReason(results.verdict, ReasonCode::kJournalContradictsItself));
  EXPECT_THAT(FirstError([](AgentBatch& batch) { batch.incarnation = 8; }, results),
              HasSubstr("need a batch of incarnation 7, got one of 8"));
  EXPECT_EQ(FirstError([](AgentBatch& batch) { batch.seq = 1; }, results),
            "agent 0: batch 1 is there twice, or too late");
  EXPECT_EQ(FirstError([](AgentBatch& batch) { batch.seq += batch.seq > 1 ? 1 : 0; }, results),
            "agent 0: no batch between 1 and 3");
  EXPECT_EQ(results.conservation.ok, 1u);
  EXPECT_EQ(FirstError([](AgentBatch& batch) { batch.begun.clear(); }, results),
            "agent 0: chunks of request 0, which is not open");
  EXPECT_EQ(FirstError(
                [](AgentBatch& batch) {
                  for (auto& finish : batch.finished) finish.end_mono_ns += 1'000 * kMs;
                },
                results),
            "agent 0: request 0 ends outside its batch's time");
  EXPECT_EQ(FirstError([](AgentBatch& batch) { batch.to_mono_ns = -1; }, results),
            "agent 0: batch 1: need times in 0 .. 2^61 ns");
  EXPECT_THAT(FirstError(
                  [](AgentBatch& batch) {
                    if (batch.seq == 2) batch.chunks = "\xff\xff";
                  },
                  results),
              HasSubstr("agent 0: batch 2: "));
  EXPECT_EQ(results.conservation.ok, 1u);
}

TEST(VerdictTest, ChunksThatArrivedDuringABatchsLastDrainCount) {
  Results results;
  EXPECT_EQ(FirstError(
                [](AgentBatch& batch) {
                  if (batch.seq == 1) batch.to_mono_ns = kT0MonoNs + 5 * kMs;  // the chunk: 10 ms
                },
                results),
            "");
  EXPECT_EQ(results.tokens.output, 2u);
}

TEST(VerdictTest, RunThatMeasuredNothingIsInvalid) {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0}).Fail(5, Outcome::kFailed, FailureKind::kConnect);
  const Results results = Fold(script.Events());
  EXPECT_TRUE(HasReason(results.verdict, ReasonCode::kNothingMeasured));
  EXPECT_EQ(results.verdict.state, VerdictState::kInvalid);
}

TEST(VerdictTest, ChunksThatASpoolDroppedInvalidate) {
  Results results;
  FirstError([](AgentBatch& batch) { batch.chunks_dropped = batch.seq == 1 ? 12 : 0; }, results);
  EXPECT_TRUE(HasReason(results.verdict, ReasonCode::kChunksDropped));
  EXPECT_EQ(results.verdict.state, VerdictState::kInvalid);
}

// --- tokens -----------------------------------------------------------------------------------

struct ServerSays {
  double generated = 0;
  double finished = 2;
};
JournalScript TwoRequests(const ServerSays& says) {
  JournalScript script({.bs = 1, .metrics = true});
  script.Begin({.at_ms = 0}).Chunks(100, 10, 1, 1).Ok(150);
  script.Begin({.at_ms = 160}).Chunks(100, 170, 1, 1).Ok(300);
  script.Scrape(ScrapeKind::kBefore, -5,
                {{"vllm:generation_tokens_total", 1'000}, {"vllm:request_success_total", 3}});
  script.Scrape(ScrapeKind::kAfter, 400,
                {{"vllm:generation_tokens_total", 1'000 + says.generated},
                 {"vllm:request_success_total", 3 + says.finished}});
  return script;
}

TEST(VerdictTest, EqualTokensAreNoReason) {
  const Results results = Fold(TwoRequests({.generated = 200}).Events());
  EXPECT_FALSE(HasReason(results.verdict, ReasonCode::kTokensApart));
  EXPECT_TRUE(results.notes.empty());
}

TEST(VerdictTest, UnexplainedTokensDegradeAndManyInvalidate) {
  const Results few = Fold(TwoRequests({.generated = 201}).Events());
  EXPECT_TRUE(HasReason(few.verdict, ReasonCode::kTokensApart));
  EXPECT_EQ(few.verdict.state, VerdictState::kDegraded);
  EXPECT_EQ(few.verdict.reasons[0].text,
            "servers generated 201 tokens, 200 arrived, and nothing explains it");
  const Results many = Fold(TwoRequests({.generated = 240}).Events());
  EXPECT_EQ(many.verdict.state, VerdictState::kInvalid);
}

TEST(VerdictTest, ExplainedTokensAreANote) {
  const Results results = Fold(TwoRequests({.generated = 240, .finished = 3}).Events());
  EXPECT_TRUE(HasLabel(results.verdict.labels, Label::kOtherTraffic));
  EXPECT_FALSE(HasReason(results.verdict, ReasonCode::kTokensApart));
  EXPECT_THAT(results.notes,
              testing::ElementsAre("servers generated 240 tokens, 200 arrived: other traffic on "
                                   "the servers"));
}

TEST(VerdictTest, StopStringsOfRowsMayExplainTokens) {
  JournalScript script = TwoRequests({.generated = 201});
  script.row(0).has_stop = true;
  const Results results = Fold(script.Events());
  EXPECT_FALSE(HasReason(results.verdict, ReasonCode::kTokensApart));
  EXPECT_THAT(results.notes, testing::ElementsAre(HasSubstr("stop strings")));
}

TEST(VerdictTest, WithoutMetricsTheCheckIsSaidNotToBeMade) {
  EXPECT_THAT(RunWith({}).verdict.checks_not_made,
              testing::Contains(HasSubstr("tokens against the servers' counters")));
}

}  // namespace
}  // namespace specctl
