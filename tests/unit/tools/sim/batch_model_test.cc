#include "tools/sim/batch_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace specctl::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using ::testing::ElementsAre;

constexpr MonoTime kStart{std::chrono::seconds(100)};

// Steps of 10 ms, 1 ms more for each decoding request, 2 ms for each draft token; 1 ms a prompt
// token.
BatchOptions Options(uint32_t draft_length) {
  BatchOptions options;
  options.batch_max = 4;
  options.time.base = milliseconds(10);
  options.time.per_sequence = milliseconds(1);
  options.time.per_draft_token = milliseconds(2);
  options.time.prefill_tokens_per_s = 1000;
  options.draft_length = draft_length;
  return options;
}

struct Wanted {
  uint64_t id = 0;
  uint32_t prompt_tokens = 10;
  uint64_t output_tokens = 5;
  double acceptance = 0;
};

SequenceSpec Spec(const Wanted& wanted, const BatchOptions& options) {
  SequenceSpec spec;
  spec.id = wanted.id;
  spec.prompt_tokens = wanted.prompt_tokens;
  spec.output_tokens = wanted.output_tokens;
  spec.draws = Draws{SplitMix64(wanted.id)};
  spec.acceptance.assign(options.draft_length, wanted.acceptance);
  return spec;
}

// Runs steps until nothing is to be done; tokens of each step by request.
std::map<uint64_t, std::vector<uint32_t>> RunOut(BatchModel& model) {
  std::map<uint64_t, std::vector<uint32_t>> steps;
  while (model.StepEnd()) {
    for (const StepOutput& output : model.Advance(*model.StepEnd())) {
      steps[output.id].push_back(output.tokens);
    }
  }
  return steps;
}

TEST(BatchModelTest, AStopStringEndsAReplyInTheMiddleOfAStep) {
  for (const bool counted : {false, true}) {
    BatchOptions options = Options(3);
    options.counts_beyond_stop = counted;
    BatchModel model(options);
    SequenceSpec spec = Spec({.output_tokens = 50, .acceptance = 1}, options);
    spec.stop_string_from = 5;
    model.AddSequence(spec, kStart);
    EXPECT_EQ(RunOut(model)[0], (std::vector<uint32_t>{1, 4, 2}));
    EXPECT_EQ(model.counters().generation_tokens, counted ? 9u : 7u);
    EXPECT_EQ(model.counters().finished_by_stop, 1u);
    const EndedRequests ended = model.counters().Ended();
    EXPECT_EQ(ended.generation_tokens, 7u);
    EXPECT_EQ(ended.tokens_beyond_stop, 2u);
    EXPECT_EQ(ended.speculation.accepted_tokens, 6u) << "of whole steps";
  }
}

TEST(BatchModelTest, AnAbortedReplyCountsAndIsNotFinished) {
  const BatchOptions options = Options(0);
  BatchModel model(options);
  SequenceSpec spec = Spec({.output_tokens = 3}, options);
  spec.finish = Finish::kAbort;
  spec.has_request_id = true;
  model.AddSequence(spec, kStart);
  RunOut(model);
  EXPECT_EQ(model.counters().finished_by_stop + model.counters().finished_by_length, 0u);
  EXPECT_EQ(model.counters().Ended().aborted, 1u);
  EXPECT_EQ(model.counters().ended_with_request_id.generation_tokens, 3u);
}

TEST(BatchModelTest, PrefillGivesOneTokenAfterItsTime) {
  const BatchOptions options = Options(0);
  BatchModel model(options);
  EXPECT_FALSE(model.StepEnd());
  model.AddSequence(Spec({.prompt_tokens = 20}, options), kStart);
  ASSERT_EQ(model.StepEnd(), kStart + milliseconds(30));
  const auto outputs = model.Advance(kStart + milliseconds(30));
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].tokens, 1u);
  EXPECT_EQ(outputs[0].drafted, 0u);
  EXPECT_EQ(outputs[0].step, 0u);
  EXPECT_EQ(model.StepEnd(), kStart + milliseconds(30 + 11));
}

TEST(BatchModelTest, StepTimeGrowsWithTheBatchAndTheDraft) {
  const BatchOptions options = Options(3);
  BatchModel model(options);
  for (uint64_t id = 0; id < 3; ++id) model.AddSequence(Spec({.id = id}, options), kStart);
  const MonoTime first = *model.StepEnd();
  EXPECT_EQ(first, kStart + milliseconds(20));  // the first request alone
  model.Advance(first);
  const MonoTime second = *model.StepEnd();  // it decodes, two prompts are computed
  EXPECT_EQ(second - first, milliseconds(10 + 1 + 3 * 2 + 2 * 10));
  model.Advance(second);
  EXPECT_EQ(*model.StepEnd() - second, milliseconds(10 + 3 + 3 * 2));
}

TEST(BatchModelTest, TheBatchIsBoundedAndTheRestWaits) {
  BatchOptions options = Options(0);
  options.batch_max = 2;
  BatchModel model(options);
  for (uint64_t id = 0; id < 5; ++id)
    model.AddSequence(Spec({.id = id, .output_tokens = 2}, options), kStart);
  model.Advance(*model.StepEnd());
  EXPECT_EQ(model.gauges().running, 2u);
  EXPECT_EQ(model.gauges().waiting, 3u);
  EXPECT_EQ(RunOut(model).size(), 5u);
  EXPECT_EQ(model.gauges().running, 0u);
  EXPECT_EQ(model.counters().finished_by_length, 5u);
  EXPECT_EQ(model.counters().queue_s.count(), 5u);
  EXPECT_GT(model.counters().queue_s.sum(), 0.0);
}

TEST(BatchModelTest, LongPromptsAreComputedInChunks) {
  BatchOptions options = Options(0);
  options.batched_tokens_max = 100;
  BatchModel model(options);
  model.AddSequence(Spec({.prompt_tokens = 250}, options), kStart);
  EXPECT_EQ(*model.StepEnd(), kStart + milliseconds(110));
  EXPECT_TRUE(model.Advance(*model.StepEnd()).empty());
  EXPECT_TRUE(model.Advance(*model.StepEnd()).empty());
  EXPECT_EQ(model.Advance(*model.StepEnd()).size(), 1u);
}

TEST(BatchModelTest, AcceptedTokensComeWithTheirStepAndTheLastIsCutOff) {
  const BatchOptions options = Options(3);
  BatchModel model(options);
  model.AddSequence(Spec({.output_tokens = 7, .acceptance = 1}, options), kStart);
  EXPECT_THAT(RunOut(model)[0], ElementsAre(1, 4, 2));
  const EngineCounters& counters = model.counters();
  EXPECT_EQ(counters.generation_tokens, 7u);
  EXPECT_EQ(counters.prompt_tokens, 10u);
  EXPECT_EQ(counters.drafts, 2u);
  EXPECT_EQ(counters.draft_tokens, 6u);
  EXPECT_EQ(counters.accepted_tokens, 6u);  // two of them were cut off
  EXPECT_THAT(counters.accepted_by_position, ElementsAre(2, 2, 2));
  EXPECT_EQ(counters.token_gap_s.count(), 2u);
  EXPECT_EQ(counters.first_token_s.count(), 1u);
  EXPECT_EQ(counters.iteration_tokens.count(), 3u);
  EXPECT_DOUBLE_EQ(counters.iteration_tokens.sum(), 17);
}

TEST(BatchModelTest, FinishIsToldOnceWithTheLastToken) {
  const BatchOptions options = Options(0);
  BatchModel model(options);
  SequenceSpec spec = Spec({.output_tokens = 1}, options);
  spec.finish = Finish::kStop;
  model.AddSequence(spec, kStart);
  const auto outputs = model.Advance(*model.StepEnd());
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].finish, Finish::kStop);
  EXPECT_FALSE(model.StepEnd());
  EXPECT_EQ(model.counters().finished_by_stop, 1u);
  EXPECT_EQ(model.counters().token_gap_s.count(), 0u);
}

TEST(BatchModelTest, StepsWithoutADraftGiveOneTokenAndAreNoDrafts) {
  BatchOptions options = Options(2);
  options.no_draft_share = 0.5;
  BatchModel model(options);
  model.AddSequence(Spec({.output_tokens = 4000, .acceptance = 1}, options), kStart);
  uint64_t plain = 0;
  while (model.StepEnd()) {
    for (const StepOutput& output : model.Advance(*model.StepEnd())) {
      if (output.drafted > 0) continue;
      EXPECT_EQ(output.tokens, 1u);
      if (output.step > 0) ++plain;
    }
  }
  const uint64_t steps = model.counters().token_gap_s.count();
  EXPECT_EQ(model.counters().drafts, steps - plain);
  EXPECT_NEAR(static_cast<double>(plain) / static_cast<double>(steps), 0.5, 0.05);
}

TEST(BatchModelTest, OutputsDoNotDependOnTheOrderOfArrival) {
  const BatchOptions options = Options(3);
  BatchModel forward(options);
  BatchModel backward(options);
  for (uint64_t i = 0; i < 8; ++i) {
    forward.AddSequence(Spec({.id = i, .output_tokens = 40, .acceptance = 0.6}, options), kStart);
    backward.AddSequence(Spec({.id = 7 - i, .output_tokens = 40, .acceptance = 0.6}, options),
                         kStart + microseconds(i));
  }
  EXPECT_EQ(RunOut(forward), RunOut(backward));
}

TEST(BatchModelTest, ARemovedRequestHearsNothingMoreAndIsNotFinished) {
  const BatchOptions options = Options(0);
  BatchModel model(options);
  model.AddSequence(Spec({.id = 1}, options), kStart);
  model.Advance(*model.StepEnd());
  model.RemoveSequence(1);
  EXPECT_TRUE(model.Advance(*model.StepEnd()).empty());
  EXPECT_FALSE(model.StepEnd());
  EXPECT_EQ(model.counters().generation_tokens, 1u);
  EXPECT_EQ(model.counters().finished_by_length, 0u);
  model.RemoveSequence(1);
}

TEST(BatchModelTest, StepsKeepTheirTimesWhenTheCallerIsALittleLate) {
  const BatchOptions options = Options(0);
  BatchModel model(options);
  model.AddSequence(Spec({.output_tokens = 100}, options), kStart);
  model.Advance(*model.StepEnd());
  const MonoTime due = *model.StepEnd();
  model.Advance(due + milliseconds(5));
  EXPECT_EQ(*model.StepEnd(), due + milliseconds(11));
  EXPECT_EQ(model.counters().overruns, 0u);
}

TEST(BatchModelTest, ACallerThatCannotKeepUpIsCounted) {
  const BatchOptions options = Options(0);
  BatchModel model(options);
  model.AddSequence(Spec({.output_tokens = 100}, options), kStart);
  model.Advance(*model.StepEnd());
  const MonoTime late = *model.StepEnd() + milliseconds(12);
  model.Advance(late);
  EXPECT_EQ(*model.StepEnd(), late + milliseconds(11));
  EXPECT_EQ(model.counters().overruns, 1u);
}

TEST(BatchModelTest, AFullCachePreemptsTheLastAndItComesBack) {
  BatchOptions options = Options(0);
  options.kv_tokens_max = 60;
  BatchModel model(options);
  model.AddSequence(Spec({.id = 0, .prompt_tokens = 20, .output_tokens = 30}, options), kStart);
  model.AddSequence(Spec({.id = 1, .prompt_tokens = 20, .output_tokens = 30}, options), kStart);
  const auto steps = RunOut(model);
  EXPECT_GE(model.counters().preemptions, 1u);
  EXPECT_EQ(steps.at(0).size(), 30u);
  EXPECT_EQ(steps.at(1).size(), 30u);
  EXPECT_EQ(model.counters().generation_tokens, 60u);
  EXPECT_EQ(model.counters().prompt_tokens, 40u);
  EXPECT_EQ(model.counters().queue_s.count(), 2u);
}

TEST(BatchModelTest, ARepeatedPromptHitsThePrefixCacheAndIsFaster) {
  BatchOptions options = Options(0);
  options.prefix_cache = true;
  BatchModel model(options);
  SequenceSpec spec = Spec({.prompt_tokens = 40, .output_tokens = 1}, options);
  spec.prompt_blocks = {11, 22};
  model.AddSequence(spec, kStart);
  const MonoTime first = *model.StepEnd();
  EXPECT_EQ(first - kStart, milliseconds(50));
  model.Advance(first);
  model.AddSequence(spec, first);
  EXPECT_EQ(*model.StepEnd() - first, milliseconds(10 + 40 - 32));
  EXPECT_EQ(model.counters().prefix_queries, 80u);
  EXPECT_EQ(model.counters().prefix_hits, 32u);
}

TEST(BatchModelTest, KvCacheUsageIsAShareOfItsTokens) {
  BatchOptions options = Options(0);
  options.kv_tokens_max = 100;
  BatchModel model(options);
  EXPECT_DOUBLE_EQ(model.gauges().kv_cache_usage, 0);
  model.AddSequence(Spec({.prompt_tokens = 24}, options), kStart);
  model.Advance(*model.StepEnd());
  EXPECT_DOUBLE_EQ(model.gauges().kv_cache_usage, 0.25);
}

}  // namespace
}  // namespace specctl::sim
