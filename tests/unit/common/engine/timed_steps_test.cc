#include "common/engine/timed_steps.h"

#include <gmock/gmock.h>

#include <string_view>

namespace specctl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A llama.cpp server.  A step is written as its tokens: + one with an event, - one without.
class Server {
 public:
  Server() { steps_.BeginResponse(); }

  Server& Step(std::string_view tokens = "+") {
    timings_.predicted_ms += 3.25;
    for (const char token : tokens) {
      ++timings_.predicted_n;
      if (token == '+') same_step_.push_back(steps_.AddTimings(timings_, /*has_output=*/true));
    }
    return *this;
  }
  Server& Draft(uint64_t width, uint64_t accepted, std::string_view tokens) {
    timings_.draft_n += width;
    timings_.draft_n_accepted += accepted;
    return Step(tokens);
  }
  // The event that says how the response ended.
  Server& End() {
    steps_.AddTimings(timings_, /*has_output=*/false);
    return *this;
  }

  TimingsStats Stats() const { return steps_.Stats({}).value(); }
  const std::vector<bool>& same_step() const { return same_step_; }  // of each event
  EventTimings& timings() { return timings_; }
  TimedSteps& steps() { return steps_; }

 private:
  TimedSteps steps_;
  EventTimings timings_;
  std::vector<bool> same_step_;
};

TEST(TimedStepsTest, TellsDraftsFromStepsWithoutOne) {
  Server server;
  server.Step().Draft(4, 2, "+++").Step().Draft(4, 0, "+").Draft(3, 3, "++++").Step().End();
  const TimingsStats stats = server.Stats();
  EXPECT_EQ(stats.drafted_tokens, 11u);
  EXPECT_EQ(stats.accepted_tokens, 5u);
  EXPECT_EQ(stats.steps, 5u);
  EXPECT_TRUE(stats.each_step_known);
  EXPECT_THAT(stats.acceptance_histogram, ElementsAre(1, 0, 1, 1));
  EXPECT_THAT(server.same_step(),
              ElementsAre(false, false, true, true, false, false, false, true, true, true, false));
}

TEST(TimedStepsTest, NoTimingsAreNoStats) {
  TimedSteps steps;
  steps.BeginResponse();
  EXPECT_FALSE(steps.Stats({}).has_value());
  Server server;
  server.Step().Draft(4, 2, "+++").steps().BeginResponse();
  EXPECT_FALSE(server.steps().Stats({}).has_value()) << "Begin forgets";
}

TEST(TimedStepsTest, AtMaxTokensTheLastTotalTellsTheNumberOfSteps) {
  TimedSteps steps;
  steps.BeginResponse();
  const EventTimings last{
      .predicted_n = 40, .predicted_ms = 9, .draft_n = 41, .draft_n_accepted = 28};
  steps.AddTimings(last, /*has_output=*/false);
  EXPECT_EQ(steps.Stats({.all_timed = false}).value().steps, std::nullopt);
  const auto stats = steps.Stats({.all_timed = false, .at_max_tokens = true});
  EXPECT_EQ(stats->steps, 11u);
  EXPECT_FALSE(stats->each_step_known);
}

TEST(TimedStepsTest, ThePromptAloneHasNoSteps) {
  Server server;
  server.Step().End();
  EXPECT_EQ(server.Stats().steps, 0u);
  EXPECT_TRUE(server.Stats().each_step_known);
}

TEST(TimedStepsTest, EventsBeforeTheFirstTokenCountNothing) {
  Server server;
  server.End().Step().Draft(2, 1, "++").End();
  EXPECT_EQ(server.Stats().steps, 1u);
  EXPECT_TRUE(server.Stats().each_step_known);
}

TEST(TimedStepsTest, ACutOffStepCountsWhole) {
  Server server;
  server.Step().Draft(4, 4, "++").End();
  const TimingsStats stats = server.Stats();
  EXPECT_EQ(stats.steps, 1u);
  EXPECT_THAT(stats.acceptance_histogram, ElementsAre(0, 0, 0, 0, 1));
}

TEST(TimedStepsTest, ATokenHeldWithinAStepHidesNothing) {
  Server server;
  server.Step().Draft(4, 3, "+--+").Step().End();
  EXPECT_EQ(server.Stats().steps, 2u);
  EXPECT_TRUE(server.Stats().each_step_known);
  EXPECT_THAT(server.Stats().acceptance_histogram, ElementsAre(0, 0, 0, 1));
}

TEST(TimedStepsTest, TheHeldEndOfAStepComesWithTheNext) {
  Server server;
  server.Step().Draft(4, 2, "+--").Draft(4, 1, "++").End();
  EXPECT_EQ(server.Stats().steps, 2u);
  EXPECT_TRUE(server.Stats().each_step_known);
  EXPECT_THAT(server.Stats().acceptance_histogram, ElementsAre(0, 1, 1));
}

TEST(TimedStepsTest, TheHeldBeginningOfADraftHidesNothingOnceItsEndHasCome) {
  Server server;
  server.Step().Draft(4, 3, "-+++").Step().Draft(4, 1, "-+").Draft(4, 0, "+").Step().End();
  EXPECT_EQ(server.Stats().steps, 5u);
  EXPECT_TRUE(server.Stats().each_step_known);
  EXPECT_THAT(server.Stats().acceptance_histogram, ElementsAre(1, 1, 0, 1));
}

TEST(TimedStepsTest, AHeldStepBeforeADraftLooksLikeItsBeginningUntilItsEnd) {
  Server server;  // as if 3 of one draft had been accepted, until a fourth token of it comes
  server.Step().Draft(4, 0, "-").Draft(4, 3, "++++").Draft(4, 1, "++").End();
  EXPECT_EQ(server.Stats().steps, 3u);
  EXPECT_FALSE(server.Stats().each_step_known);
  Server melted_again;  // or until that can't be told any more
  melted_again.Step().Draft(4, 2, "-+-").Draft(4, 1, "-+").Draft(4, 1, "++").End();
  EXPECT_EQ(melted_again.Stats().steps, 3u);
  EXPECT_FALSE(melted_again.Stats().each_step_known);
  EXPECT_THAT(melted_again.Stats().acceptance_histogram, IsEmpty());
}

// As the token that ends the reasoning, or begins a tool call.
TEST(TimedStepsTest, AHeldStepOfARejectedDraftIsKnownByTheUsualWidth) {
  Server server;
  server.Step().Draft(3, 1, "++").Draft(3, 0, "-").Draft(3, 2, "+++").Draft(3, 1, "++").End();
  EXPECT_EQ(server.Stats().steps, 4u);
  EXPECT_TRUE(server.Stats().each_step_known);
  EXPECT_THAT(server.Stats().acceptance_histogram, ElementsAre(1, 2, 1));
  EXPECT_THAT(server.Stats().spent_histogram, ElementsAre(0, 0, 0));
  Server next_is_rejected;  // two tokens are too many for what was accepted: known at once
  next_is_rejected.Step().Draft(3, 1, "++").Draft(3, 0, "-").Draft(3, 0, "+").End();
  EXPECT_EQ(next_is_rejected.Stats().steps, 3u);
  EXPECT_THAT(next_is_rejected.Stats().acceptance_histogram, ElementsAre(2, 1));
  Server next_is_spent;
  next_is_spent.Step().Draft(3, 0, "+").Draft(3, 0, "-").Draft(3, 3, "++++").Step().End();
  EXPECT_EQ(next_is_spent.Stats().steps, 4u);
  EXPECT_THAT(next_is_spent.Stats().acceptance_histogram, ElementsAre(2, 0, 0, 1));
  EXPECT_THAT(next_is_spent.Stats().spent_histogram, ElementsAre(0, 0, 0, 1));
  Server after_a_held_end;  // of the step before
  after_a_held_end.Step().Draft(3, 0, "+").Draft(3, 2, "++-").Draft(3, 0, "-").Draft(3, 1, "++");
  EXPECT_EQ(after_a_held_end.End().Stats().steps, 4u);
  EXPECT_THAT(after_a_held_end.Stats().acceptance_histogram, ElementsAre(2, 1, 1));
}

TEST(TimedStepsTest, AHeldStepIsNotKnownWhereWidthsVary) {
  Server server;
  server.Step().Draft(3, 0, "+").Draft(2, 0, "+").Draft(3, 0, "-").Draft(3, 2, "+++").Step().End();
  EXPECT_EQ(server.Stats().steps, 5u);
  EXPECT_FALSE(server.Stats().each_step_known);
  Server no_draft_in_it;
  no_draft_in_it.Step().Draft(3, 0, "+").Step("-").Draft(3, 2, "+++").Step().End();
  EXPECT_EQ(no_draft_in_it.Stats().steps, 4u);
  EXPECT_FALSE(no_draft_in_it.Stats().each_step_known);
  Server two_tokens;  // one step or two
  two_tokens.Step().Draft(3, 0, "+").Draft(3, 1, "--").Draft(3, 2, "+++").Step().End();
  EXPECT_FALSE(two_tokens.Stats().each_step_known);
}

TEST(TimedStepsTest, StepsWithoutADraftMayMelt) {
  Server server;
  server.Step("-").Step("-").Step().Step().Draft(2, 1, "++").End();
  EXPECT_EQ(server.Stats().steps, 4u);
  EXPECT_TRUE(server.Stats().each_step_known);
  EXPECT_THAT(server.Stats().acceptance_histogram, ElementsAre(0, 1));
}

TEST(TimedStepsTest, WhereDraftsMeltTheirNumberIsLeft) {
  Server server;
  server.Step().Draft(4, 1, "++").Draft(4, 2, "---").Draft(4, 3, "++++").Draft(4, 1, "++").End();
  const TimingsStats stats = server.Stats();
  EXPECT_EQ(stats.steps, 4u);
  EXPECT_FALSE(stats.each_step_known);
  EXPECT_THAT(stats.acceptance_histogram, IsEmpty());
  EXPECT_EQ(stats.accepted_tokens, 7u);
}

TEST(TimedStepsTest, AnEndInMeltedDraftsLeavesTheirSums) {
  Server server;
  server.Step().Draft(4, 0, "-").Draft(4, 2, "+++").End();
  EXPECT_EQ(server.Stats(), (TimingsStats{.drafted_tokens = 8, .accepted_tokens = 2}));
  Server in_doubt;  // one draft, as far as its tokens go
  in_doubt.Step().Draft(4, 1, "-+").End();
  EXPECT_FALSE(in_doubt.Stats().steps.has_value());
}

TEST(TimedStepsTest, ATokenHeldToTheEndCounts) {
  Server server;
  server.Step().Draft(4, 2, "++-").End();
  EXPECT_EQ(server.Stats().steps, 1u);
  Server next;
  next.Step().Draft(4, 2, "+++").Step("-").End();
  EXPECT_EQ(next.Stats().steps, 2u);
}

TEST(TimedStepsTest, WithoutTimingsOnEveryChunkOnlyTheSumsAreBelieved) {
  TimedSteps steps;
  steps.BeginResponse();
  steps.AddTimings({.predicted_n = 9, .predicted_ms = 25, .draft_n = 0}, /*has_output=*/false);
  EXPECT_EQ(steps.Stats({})->steps, 8u);
  EXPECT_EQ(steps.Stats({.all_timed = false}), TimingsStats());
}

bool SumsOnly(Server& server) {
  server.Step().End();
  return !server.Stats().steps && !server.Stats().each_step_known;
}

TEST(TimedStepsTest, WhatContradictsTheRulesLeavesTheSums) {
  Server too_many;  // more tokens in a step than its draft explains
  EXPECT_TRUE(SumsOnly(too_many.Step().Draft(4, 1, "+++")));
  Server too_few;
  EXPECT_TRUE(SumsOnly(too_few.Step().Draft(4, 3, "++").Draft(4, 0, "+")));
  Server in_doubt;  // the rest of the draft never comes
  EXPECT_TRUE(SumsOnly(in_doubt.Step().Draft(4, 3, "-+").Draft(4, 0, "+")));
  Server of_no_draft;  // several tokens a step, and nothing said of drafts
  EXPECT_TRUE(SumsOnly(of_no_draft.Step().Step("+++")));
  Server at_once;  // counts all tokens of a step on its first event
  at_once.Step().Step("--+").steps().AddTimings(at_once.timings(), /*has_output=*/true);
  EXPECT_TRUE(SumsOnly(at_once));
  Server falls;
  falls.Step().Draft(4, 1, "++").timings().draft_n -= 2;
  EXPECT_TRUE(SumsOnly(falls));
  Server more_than_drafted;
  EXPECT_TRUE(SumsOnly(more_than_drafted.Step().Draft(1, 2, "+++")));
  Server wraps;
  wraps.Step().timings().predicted_n = UINT64_MAX - 1;
  EXPECT_TRUE(SumsOnly(wraps));
  Server endless;
  EXPECT_TRUE(SumsOnly(endless.Step().Draft(5000, 5000, "+")));
}

}  // namespace
}  // namespace specctl
