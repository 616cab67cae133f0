#include "common/analysis/load_left.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/analysis/journal_script.h"

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Each agent has one slot, and requests of 200 ms, one after another, to the end at `end_ms`.
JournalScript BusyScript(uint32_t agents, double end_ms) {
  JournalScript script({.agents = agents, .bs = agents, .duration_ms = 60'000});
  for (double at_ms = 0; at_ms < end_ms; at_ms += 200) {
    for (uint32_t agent = 0; agent < agents; ++agent) {
      script.Begin({.agent = agent, .at_ms = at_ms}).Chunk(at_ms + 10, 1).Ok(at_ms + 200);
    }
  }
  return script;
}

std::string LabelText(const Results& results) {
  for (const VerdictLabel& label : results.verdict.labels) {
    if (label.code == Label::kReducedLoad) return label.text;
  }
  return "";
}

std::vector<ReasonCode> Reasons(const Results& results) {
  std::vector<ReasonCode> codes;
  for (const VerdictReason& reason : results.verdict.reasons) codes.push_back(reason.code);
  return codes;
}

TEST(LoadLeftTest, AHoldThatStoodEndsWhereTheLostAgentLastReported) {
  JournalScript script = BusyScript(4, 20'000);
  script.LoseAndGoOn(3, 12'400, 13'100);
  const Results results = Fold(script.Events());
  EXPECT_THAT(results.load_left, ElementsAre(LoadLeft{.from_s = 12, .agents = 3, .slots = 3}));
  ASSERT_TRUE(results.hold);
  EXPECT_EQ(results.hold->start_s + results.hold->length_s, 12);
  EXPECT_FALSE(results.headline_is_whole_run);
  EXPECT_EQ(results.windows[11].stage, Stage::kHold);
  EXPECT_EQ(results.windows[12].stage, Stage::kReduced);
  EXPECT_EQ(results.windows[18].stage, Stage::kReduced);
  EXPECT_NEAR(results.windows[15].in_flight_mean, 3, 0.01);
  EXPECT_EQ(results.verdict.state, VerdictState::kDegraded);
  EXPECT_THAT(Reasons(results), ElementsAre(ReasonCode::kAgentLost));
  EXPECT_EQ(LabelText(results),
            "agents were lost, and the run went on without them: in flight 3 of 4 from second 12 "
            "on; the figures are those of the hold before that");
  const SliceFigures* const rest = FindSlice(results, Dimension::kStage, "reduced");
  ASSERT_NE(rest, nullptr);
  EXPECT_GT(rest->conservation.ok, 100u) << "what the others did then counts for the whole run";
}

TEST(LoadLeftTest, ALossBeforeAHoldStandsMakesAHoldOfWhatIsLeft) {
  for (const double lost_ms : {400.0, 3'400.0, 4'800.0}) {
    JournalScript script = BusyScript(4, 20'000);
    script.LoseAndGoOn(3, lost_ms, lost_ms + 700);
    std::vector<EndedRequest> rows;
    const Results results = Fold(script.Events(), &rows);
    const double begin_s = std::ceil((lost_ms + 700) / 1000);
    ASSERT_TRUE(results.hold) << lost_ms;
    EXPECT_EQ(results.hold->start_s, begin_s);
    EXPECT_FALSE(results.headline_is_whole_run);
    EXPECT_EQ(results.verdict.state, VerdictState::kDegraded);
    EXPECT_THAT(Reasons(results), ElementsAre(ReasonCode::kAgentLost))
        << "3 in flight are all that are expected then";
    EXPECT_THAT(LabelText(results), testing::EndsWith("a hold with what was left"));
    for (const EndedRequest& row : rows) {
      const bool in_hold = row.settled.begin_ns >= begin_s * kSecondNs;
      EXPECT_EQ(row.settled.stage == Stage::kHold, in_hold) << row.settled.begin_ns;
    }
  }
}

// Reports of the lost are waited for, so that what was settled before stands.
TEST(LoadLeftTest, RowsHaveTheStagesOfTheirWindowsWhoeverIsLostWhen) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    JournalScript script = BusyScript(4, 20'000);
    std::uniform_real_distribution<double> at_ms(0, 19'000), silent_ms(1, 12'000);
    for (uint32_t agent = 1; agent <= 1 + seed % 3; ++agent) {
      const double lost_ms = at_ms(random);
      script.LoseAndGoOn(agent, lost_ms, lost_ms + silent_ms(random));
    }
    std::vector<EndedRequest> rows;
    const Results results = Fold(script.Events(), &rows);
    EXPECT_NE(results.verdict.state, VerdictState::kValid) << seed;
    for (const EndedRequest& row : rows) {
      const auto window = static_cast<size_t>(row.settled.begin_ns / kSecondNs);
      ASSERT_EQ(row.settled.stage, results.windows.at(window).stage)
          << "seed " << seed << ", second " << window;
    }
    // The headline is of one load.
    if (results.headline_is_whole_run) continue;
    const auto first = static_cast<int64_t>(results.hold->start_s);
    const auto last = first + static_cast<int64_t>(results.hold->windows) - 1;
    EXPECT_EQ(LoadLeftAt(results.load_left, first), LoadLeftAt(results.load_left, last)) << seed;
  }
}

TEST(LoadLeftTest, WhatWasInFlightOnALostAgentIsLostAndCounted) {
  JournalScript script = BusyScript(2, 20'000);
  script.LoseAndGoOn(1, 9'000, 9'500);  // what ended just then, it did not get to say
  const Results results = Fold(script.Events());
  EXPECT_EQ(results.conservation.lost, 1u);
  EXPECT_EQ(results.agents[1].conservation.lost, 1u);
  EXPECT_FALSE(HasReason(results.verdict, ReasonCode::kConservation));
}

TEST(LoadLeftTest, WithoutALossThereIsNothingToTell) {
  EXPECT_THAT(LoadLeftBy({}), IsEmpty());
  JournalScript script = BusyScript(2, 9'000);
  script.Lose(1, 7'400);
  const Results results = Fold(script.Events());
  EXPECT_THAT(results.load_left, IsEmpty()) << "the run did not go on";
  EXPECT_EQ(LabelText(results), "");
}

TEST(LoadLeftTest, ItsTextNamesWhatIsOfferedFromWhenOn) {
  LoadSpec load{.shape = ClosedLoop{64}, .agents = 16};
  const std::vector<LoadLeft> left = {{12, 12, 48}, {40, 8, 32}};
  EXPECT_EQ(LoadLeftText(left, load), "in flight 48 of 64 from second 12 on, 32 from second 40 on");
  load.shape = OpenLoop{.rate_per_s = 20};
  EXPECT_EQ(LoadLeftText(std::span(left).first(1), load),
            "arrivals of 12 of 16 agents from second 12 on");
  load.shape = ClosedLoop{64};
  const std::vector<LoadLeft> many = {{1, 5, 60}, {2, 4, 50}, {3, 3, 40}, {4, 2, 30}, {5, 1, 20}};
  EXPECT_THAT(LoadLeftText(many, load),
              testing::EndsWith("30 from second 4 on, and less from second 5 on"));
  EXPECT_EQ(LoadLeftAt(left, 11), std::nullopt);
  EXPECT_EQ(LoadLeftAt(left, 12)->slots, 48u);
  EXPECT_EQ(LoadLeftAt(left, 100)->slots, 32u);
}

}  // namespace
}  // namespace specctl
