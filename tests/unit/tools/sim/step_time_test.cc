#include "tools/sim/step_time.h"

#include <gtest/gtest.h>

#include <cmath>

namespace specctl::sim {
namespace {

using namespace std::chrono_literals;

StepTimeOptions Roofline() {
  StepTimeOptions options;
  options.base = 1ms;
  options.per_sequence = 0ns;
  options.weights = 10ms;
  options.per_token = 100us;
  options.prefill_tokens_per_s = 0;
  options.per_draft_token = 0ns;
  return options;
}

TEST(StepTimeTest, TermsThatGrowEvenlyAreAllThereIsUnlessMoreIsAsked) {
  StepTimeOptions options;
  options.base = 10ms;
  options.per_sequence = 1ms;
  options.per_draft_token = 2ms;
  options.prefill_tokens_per_s = 1000;
  EXPECT_EQ(StepTime(options, {.decoding = 3, .draft_tokens = 2, .prefill_tokens = 5}),
            10ms + 3ms + 4ms + 5ms);
  // Nothing to draft for.
  EXPECT_EQ(StepTime(options, {.draft_tokens = 2, .prefill_tokens = 5}), 15ms);
}

TEST(StepTimeTest, SmallBatchesAreBoundByMemoryAndLargeOnesByCompute) {
  const StepTimeOptions options = Roofline();
  EXPECT_EQ(StepTime(options, {.decoding = 1}), 11ms);
  EXPECT_EQ(StepTime(options, {.decoding = 100}), 11ms);
  EXPECT_EQ(StepTime(options, {.decoding = 200}), 21ms);
  // Drafts of three tokens are free in the first, and cost what they weigh in the second.
  EXPECT_EQ(StepTime(options, {.decoding = 25, .draft_tokens = 3}), 11ms);
  EXPECT_EQ(StepTime(options, {.decoding = 200, .draft_tokens = 3}), 81ms);
}

TEST(StepTimeTest, PromptsDelayTheDecodingBesideThem) {
  const StepTimeOptions options = Roofline();
  EXPECT_EQ(StepTime(options, {.decoding = 50, .prefill_tokens = 500}), 56ms);
}

TEST(StepTimeTest, TheCacheIsReadInEachStep) {
  StepTimeOptions options = Roofline();
  options.per_kv_ktoken = 50us;
  EXPECT_EQ(StepTime(options, {.decoding = 1, .kv_tokens = 40'000}), 13ms);
}

TEST(StepTimeTest, TheDrafterPaysForItsBatchToo) {
  StepTimeOptions options = Roofline();
  options.per_draft_token = 1ms;
  options.per_draft_sequence = 10us;
  EXPECT_EQ(StepTime(options, {.decoding = 20, .draft_tokens = 3}), 11ms + 3 * 1200us);
}

// With 8 experts and 2 a token, n tokens leave out 0.75^n of them.
TEST(StepTimeTest, AMixtureOfExpertsReadsThoseThatItNeeds) {
  StepTimeOptions options = Roofline();
  options.experts = 8;
  options.experts_per_token = 2;
  options.expert_share = 0.8;
  EXPECT_NEAR(Seconds(StepTime(options, {.decoding = 1})) * 1e3, 1 + 4, 1e-5);
  EXPECT_NEAR(Seconds(StepTime(options, {.decoding = 4})) * 1e3,
              1 + 10 * (1 - 0.8 * std::pow(0.75, 4)), 1e-6);
  EXPECT_NEAR(Seconds(StepTime(options, {.decoding = 90})) * 1e3, 11, 1e-4);
}

TEST(StepTimeTest, GraphsPadAndEndAtTheirLargest) {
  StepTimeOptions options = Roofline();
  options.weights = 0ns;
  options.graph_tokens = {8, 64};
  options.eager = 5ms;
  EXPECT_EQ(PaddedTokens(options, 8), 8u);
  EXPECT_EQ(PaddedTokens(options, 9), 64u);
  EXPECT_EQ(PaddedTokens(options, 65), 65u);
  EXPECT_EQ(StepTime(options, {.decoding = 8}), 1ms + 800us);
  EXPECT_EQ(StepTime(options, {.decoding = 9}), 1ms + 6400us);
  EXPECT_EQ(StepTime(options, {.decoding = 65}), 1ms + 6500us + 5ms);
  // Drafts reach the end of the graphs at a smaller batch.
  EXPECT_EQ(StepTime(options, {.decoding = 17, .draft_tokens = 3}), 1ms + 6800us + 5ms);
}

}  // namespace
}  // namespace specctl::sim
