#include "common/analysis/conservation.h"

#include <gtest/gtest.h>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

void AddOk(JournalScript& script, uint32_t agent, uint64_t position, double at_ms) {
  script.Begin({.agent = agent, .position = position, .at_ms = at_ms})
      .Chunk(at_ms + 10, 1)
      .Chunk(at_ms + 20, 1)
      .Ok(at_ms + 30);
}

TEST(ConservationTest, EveryOutcomeIsCountedOnce) {
  JournalScript script({.bs = 1, .planned = 7});
  AddOk(script, 0, 0, 0);
  script.Begin({.at_ms = 40}).Fail(50, Outcome::kFailed, FailureKind::kHttpStatus);
  script.Begin({.at_ms = 60}).Fail(70, Outcome::kTimedOut, FailureKind::kIdleTimeout);
  script.Begin({.at_ms = 80}).Fail(90, Outcome::kCancelled, FailureKind::kCancelledAtLimit);
  script.Unassign(0, UnassignedReason::kLimit, 3);
  const Results results = Fold(script.Events());
  const Conservation& books = results.conservation;
  EXPECT_EQ(books.sent, 4u);
  EXPECT_EQ(books.ok, 1u);
  EXPECT_EQ(books.failed, 1u);
  EXPECT_EQ(books.timed_out, 1u);
  EXPECT_EQ(books.cancelled, 1u);
  EXPECT_EQ(books.Unassigned(), 3u);
  EXPECT_TRUE(books.Holds());
  EXPECT_FALSE(HasReason(results.verdict, ReasonCode::kConservation));
}

TEST(ConservationTest, ARequestThatIsNowhereMakesTheRunInvalid) {
  JournalScript script({.bs = 1, .planned = 5});
  AddOk(script, 0, 0, 0);
  script.Unassign(0, UnassignedReason::kLimit, 3);
  const Results results = Fold(script.Events());
  EXPECT_FALSE(results.conservation.Holds());
  EXPECT_EQ(results.verdict.state, VerdictState::kInvalid);
  ASSERT_TRUE(HasReason(results.verdict, ReasonCode::kConservation));
  EXPECT_EQ(results.verdict.reasons[0].text,
            "run: planned 5, sent 1, shed 0, unassigned 3; ok 1, failed 0, timed out 0, cancelled "
            "0, lost 0, never ended 0");
}

TEST(ConservationTest, AgentsAreCheckedEachForItself) {
  // Right in sum, wrong for each: agent 0 has positions 0 and 2.
  JournalScript script({.agents = 2, .bs = 2, .planned = 3});
  AddOk(script, 0, 0, 0);
  AddOk(script, 1, 1, 0);
  AddOk(script, 1, 3, 50);
  const Results results = Fold(script.Events());
  EXPECT_TRUE(results.conservation.Holds());
  EXPECT_FALSE(results.agents[0].conservation.Holds());
  EXPECT_TRUE(HasReason(results.verdict, ReasonCode::kConservation));
}

TEST(ConservationTest, ARequestThatADoneAgentNeverEndedIsNotLostButABug) {
  JournalScript script({.bs = 1});
  script.Begin({.at_ms = 0}).Chunk(10, 1);
  const Results results = Fold(script.Events());
  EXPECT_EQ(results.conservation.lost, 0u);
  EXPECT_EQ(results.conservation.in_flight, 1u);
  EXPECT_TRUE(HasReason(results.verdict, ReasonCode::kConservation));
}

TEST(ConservationTest, ALostAgentsRequestsAreLostAndItsRestIsUnassigned) {
  JournalScript script({.agents = 2, .bs = 2, .planned = 8});
  for (uint64_t k = 0; k < 4; ++k) {
    AddOk(script, 0, 2 * k, 100 * static_cast<double>(k));
  }
  AddOk(script, 1, 1, 0);
  script.Begin({.agent = 1, .position = 3, .at_ms = 150}).Chunk(160, 2).Chunk(390, 1);
  script.Lose(1, 400);
  std::vector<EndedRequest> requests;
  const Results results = Fold(script.Events(), &requests);
  EXPECT_EQ(results.conservation.lost, 1u);
  EXPECT_EQ(results.conservation.unassigned[3], 2u);
  EXPECT_TRUE(results.conservation.Holds());
  EXPECT_TRUE(results.agents[1].lost);
  EXPECT_EQ(results.agents[1].conservation.planned, 4u);
  EXPECT_EQ(results.verdict.state, VerdictState::kDegraded);
  EXPECT_TRUE(HasReason(results.verdict, ReasonCode::kAgentLost));
  EXPECT_EQ(results.tokens.output, 5 * 2u + 3);
  ASSERT_EQ(requests.size(), 6u);
  const SettledRequest& lost = requests.back().settled;
  EXPECT_EQ(lost.outcome, Outcome::kLost);
  EXPECT_FALSE(lost.end_ns.has_value());
  EXPECT_EQ(lost.counted_tokens, 3u);
}

TEST(ConservationTest, AJournalWithoutAnEndLosesWhatWasOpen) {
  JournalScript script({.bs = 1, .planned = 4});
  AddOk(script, 0, 0, 0);
  script.Begin({.at_ms = 100}).Chunk(110, 1).Chunk(900, 1).Ok(950);
  script.CutAt(500);
  const Results results = Fold(script.Events());
  EXPECT_FALSE(results.ended);
  EXPECT_EQ(results.conservation.ok, 1u);
  EXPECT_EQ(results.conservation.lost, 1u);
  EXPECT_EQ(results.conservation.unassigned[2], 2u);
  EXPECT_TRUE(results.conservation.Holds());
  EXPECT_TRUE(HasReason(results.verdict, ReasonCode::kJournalEndsEarly));
}

TEST(ConservationTest, UnderDurationPlannedAreTheTurnsOfBegunConversations) {
  JournalScript script({.bs = 1, .turns = 3, .duration_ms = 1'000});
  AddOk(script, 0, 0, 0);
  script.Begin({.position = 0, .turn = 1, .at_ms = 100})
      .Fail(110, Outcome::kFailed, FailureKind::kHttpStatus);
  script.Unassign(0, UnassignedReason::kEarlierTurnFailed, 1);
  const Results results = Fold(script.Events());
  EXPECT_EQ(results.conservation.planned, 3u);
  EXPECT_TRUE(results.conservation.Holds());
}

TEST(ConservationTest, EachStageAddsUp) {
  JournalScript script({.bs = 1});
  for (int i = 0; i < 30; ++i) AddOk(script, 0, static_cast<uint64_t>(i), 100 * i);
  const Results results = Fold(script.Events());
  uint64_t sent = 0;
  for (const SliceFigures& slice : results.slices) {
    if (slice.by != Dimension::kStage) continue;
    EXPECT_TRUE(slice.conservation.Holds());
    sent += slice.conservation.sent;
  }
  EXPECT_EQ(sent, 30u);
}

TEST(PlannedByAgentTest, CutsInPositionOrder) {
  RunContext run;
  run.begun.emplace();
  run.begun->spec.load.agents = 2;
  run.begun->spec.dataset.rows = 3;
  for (uint64_t row = 0; row < 3; ++row) {
    run.planned_rows[row] = {.order_index = row, .turns = static_cast<uint32_t>(row + 1)};
  }
  // Positions 0 .. 4 have 1, 2, 3, 1, 2 turns, of which the last keeps 1.
  EXPECT_EQ(PlannedByAgent(run, 8), (std::vector<uint64_t>{1 + 3 + 1, 2 + 1}));
  run.planned_rows.erase(2);
  EXPECT_FALSE(PlannedByAgent(run, 8).has_value());
  EXPECT_TRUE(PlannedByAgent(run, 3).has_value());
}

}  // namespace
}  // namespace specctl
