#include "common/analysis/statistics_check.h"

#include <gtest/gtest.h>

#include <limits>

namespace specctl {
namespace {

// SGLang's, of 40 tokens: 1 (prompt) + 15 steps + 24 accepted.
SpeculationStats Verified() {
  return {.drafts = 15,
          .drafted_tokens = 45,
          .accepted_tokens = 24,
          .draft_length = 3,
          .acceptance_histogram = {6, 1, 1, 7},
          .steps = 15};
}

// vLLM's: steps without a draft are not counted.
SpeculationStats Drafted() {
  SpeculationStats stats = Verified();
  stats.steps.reset();
  return stats;
}

TEST(ContradictsItselfTest, WhatAddsUpDoesNot) {
  EXPECT_FALSE(ContradictsItself(Verified(), 40));
  EXPECT_FALSE(ContradictsItself(Drafted(), 40));
  EXPECT_FALSE(ContradictsItself(SpeculationStats(), 5));
}

TEST(ContradictsItselfTest, TheEndCutsOffLessThanADraft) {
  for (const uint64_t total : {39, 38, 37}) EXPECT_FALSE(ContradictsItself(Verified(), total));
  EXPECT_TRUE(ContradictsItself(Verified(), 36));
  EXPECT_TRUE(ContradictsItself(Drafted(), 36));
  // No step had more than one accepted.
  SpeculationStats short_steps = Verified();
  short_steps.accepted_tokens = 9;
  short_steps.acceptance_histogram = {6, 9};
  EXPECT_FALSE(ContradictsItself(short_steps, 24));
  EXPECT_TRUE(ContradictsItself(short_steps, 23));
}

TEST(ContradictsItselfTest, TokensOfNoStepContradictAnEngineThatCountsAll) {
  SpeculationStats never_retracted = Verified();
  never_retracted.retractions = 0;
  EXPECT_FALSE(ContradictsItself(never_retracted, 40));
  EXPECT_TRUE(ContradictsItself(never_retracted, 41));
  EXPECT_FALSE(ContradictsItself(Drafted(), 41)) << "a step without a draft";
}

// SGLang retracts requests when memory runs short: the prefill that computes one anew yields a
// token, and counts as no step.
TEST(ContradictsItselfTest, ARetractedResponseHasATokenMoreForEachPrefill) {
  SpeculationStats twice = Verified();
  twice.retractions = 2;
  for (const uint64_t total : {42, 41, 40, 39}) EXPECT_FALSE(ContradictsItself(twice, total));
  EXPECT_TRUE(ContradictsItself(twice, 43));
  EXPECT_EQ(PrefillTokens(twice, 42), 3u);
  // Each time a step of up to 4 tokens was in flight, was counted, and came to nothing.
  EXPECT_FALSE(ContradictsItself(twice, 42 - 3 - 2 * 4));
  EXPECT_TRUE(ContradictsItself(twice, 42 - 3 - 2 * 4 - 1));
}

TEST(ContradictsItselfTest, FewerTokensThanPrefillsAreNoResponse) {
  SpeculationStats retracted;
  retracted.steps = 0;
  retracted.retractions = 1;
  EXPECT_FALSE(ContradictsItself(retracted, 2));
  EXPECT_TRUE(ContradictsItself(retracted, 1));
}

// sglext of OpenAI's routes does not say how often.
TEST(ContradictsItselfTest, RetractionsThatAreNotToldExplainAFewTokens) {
  EXPECT_EQ(PrefillTokens(Verified(), 40), 1u);
  EXPECT_EQ(PrefillTokens(Verified(), 38), 1u);
  EXPECT_EQ(PrefillTokens(Verified(), 42), 3u);
  for (const uint64_t total : {41, 42, 48}) EXPECT_FALSE(ContradictsItself(Verified(), total));
  EXPECT_TRUE(ContradictsItself(Verified(), 49));
  // No more than steps.
  const SpeculationStats two_steps{
      .drafts = 2, .drafted_tokens = 6, .accepted_tokens = 3, .draft_length = 3, .steps = 2};
  EXPECT_FALSE(ContradictsItself(two_steps, 8));
  EXPECT_TRUE(ContradictsItself(two_steps, 9));
  EXPECT_EQ(PrefillTokens(Drafted(), 42), 1u) << "steps without a draft";
}

TEST(ContradictsItselfTest, TheHistogramIsOfTheStepsAndTheAccepted) {
  for (const std::vector<uint64_t>& histogram : std::vector<std::vector<uint64_t>>{
           {5, 1, 1, 7}, {6, 2, 0, 7}, {15}, {std::numeric_limits<uint64_t>::max(), 1, 1, 7}}) {
    SpeculationStats stats = Verified();
    stats.acceptance_histogram = histogram;
    EXPECT_TRUE(ContradictsItself(stats, 40)) << histogram.size();
  }
  SpeculationStats none = Verified();
  none.acceptance_histogram.clear();
  EXPECT_FALSE(ContradictsItself(none, 40));
}

TEST(ContradictsItselfTest, NoMoreIsAcceptedThanDrafted) {
  SpeculationStats stats = Verified();
  stats.drafted_tokens = 23;
  EXPECT_TRUE(ContradictsItself(stats, 40));
}

TEST(ContradictsItselfTest, TheListIsOfTheAccepted) {
  SpeculationStats stats{.drafts = 2, .drafted_tokens = 6, .accepted_tokens = 4};
  stats.per_step_accepted = {3, 1};
  EXPECT_FALSE(ContradictsItself(stats, 7));
  stats.per_step_accepted = {3, 3};
  EXPECT_TRUE(ContradictsItself(stats, 7));
  stats.per_step_accepted = {3, 3, 3};  // of other steps
  EXPECT_FALSE(ContradictsItself(stats, 7));
}

TEST(ContradictsItselfTest, HistogramsByDraftLengthAreTheHistogramInSum) {
  SpeculationStats stats = Drafted();
  stats.drafted_tokens = 41;
  stats.by_draft_length = {{1, {1, 1}}, {3, {5, 0, 1, 7}}};
  EXPECT_FALSE(ContradictsItself(stats, 40));
  SpeculationStats other_drafted = stats;
  other_drafted.drafted_tokens = 45;
  EXPECT_TRUE(ContradictsItself(other_drafted, 40));
  SpeculationStats other_split = stats;
  other_split.acceptance_histogram = {5, 2, 2, 6};  // the same sums
  EXPECT_TRUE(ContradictsItself(other_split, 40));
  SpeculationStats too_long = stats;
  too_long.by_draft_length = {{1, {1, 0, 1}}, {3, {5, 1, 0, 7}}};
  EXPECT_TRUE(ContradictsItself(too_long, 40));
}

TEST(ContradictsItselfTest, AbsurdCountsAreNone) {
  SpeculationStats stats;
  stats.drafts = stats.drafted_tokens = std::numeric_limits<uint64_t>::max();
  EXPECT_TRUE(ContradictsItself(stats, 40));
}

}  // namespace
}  // namespace specctl
