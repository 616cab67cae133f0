#include "tools/sim/model_truth.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace specctl::sim {
namespace {

using namespace std::chrono_literals;

BatchOptions Plain(uint32_t draft_length) {
  BatchOptions options;
  options.time.base = 10ms;
  options.time.per_sequence = 0ns;
  options.time.per_draft_token = 0ns;
  options.time.prefill_tokens_per_s = 0;
  options.draft_length = draft_length;
  return options;
}

AcceptanceModel Rates(uint32_t draft_length, const std::string& rates) {
  AcceptanceModel acceptance(draft_length);
  if (draft_length > 0) {
    EXPECT_TRUE(acceptance.Set(rates).ok());
  }
  return acceptance;
}

// A token a step of 10 ms.  Who ends is replaced a step later: 20 tokens take 21 steps.
TEST(ModelTruthTest, WithoutDraftsTheArithmeticIsPlain) {
  const TruthLoad load{.isl_tokens = 16, .osl_tokens = 20};
  const ModelTruth truth = FindTruth(Plain(0), Rates(0, ""), load, 4);
  EXPECT_DOUBLE_EQ(truth.decode_step_ms, 10);
  EXPECT_DOUBLE_EQ(truth.step_latency_ms, 10);
  EXPECT_DOUBLE_EQ(truth.acceptance_length, 1);
  EXPECT_NEAR(truth.user_tps_p50, 100, 1e-6);
  EXPECT_NEAR(truth.output_tps, 4 * 100 * 20.0 / 21, 2);
  EXPECT_EQ(truth.preemptions, 0u);
}

TEST(ModelTruthTest, AcceptedDraftsComeAtTheSameStepTime) {
  const TruthLoad load{.isl_tokens = 16, .osl_tokens = 200};
  const ModelTruth truth = FindTruth(Plain(2), Rates(2, "0.8,0.5"), load, 16);
  // Eq. 1: 1 + 0.8 + 0.8 x 0.5.
  EXPECT_NEAR(truth.acceptance_length, 2.2, 0.05);
  EXPECT_NEAR(truth.user_tps_p50, 220, 10);
  EXPECT_GT(truth.requests, 40u);
}

TEST(ModelTruthTest, NoMoreDecodeThanTheBatchTakes) {
  BatchOptions options = Plain(0);
  options.batch_max = 2;
  options.time.per_sequence = 1ms;
  const ModelTruth truth =
      FindTruth(options, Rates(0, ""), {.isl_tokens = 16, .osl_tokens = 20}, 4);
  EXPECT_DOUBLE_EQ(truth.decode_step_ms, 12);
}

TEST(ModelTruthTest, ManyLongPromptsAreCountedInFull) {
  BatchOptions options = Plain(0);
  options.batch_max = 2;
  options.time.base = 0ns;
  options.time.per_kv_ktoken = 1ns;
  options.batched_tokens_max = 4'000'000'000;
  options.kv_tokens_max = uint64_t{1} << 40;
  const ModelTruth truth =
      FindTruth(options, Rates(0, ""), {.isl_tokens = 3'000'000'000, .osl_tokens = 2}, 2);
  EXPECT_NEAR(truth.decode_step_ms, 6.0, 0.01) << "6e9 tokens, at 1 ns for a thousand";
}

TEST(ModelTruthTest, AFullCachePreempts) {
  BatchOptions options = Plain(0);
  options.kv_tokens_max = 200;
  const ModelTruth truth =
      FindTruth(options, Rates(0, ""), {.isl_tokens = 40, .osl_tokens = 60}, 4);
  EXPECT_GT(truth.preemptions, 0u);
  EXPECT_LT(truth.output_tps, 400);
}

TEST(ModelTruthTest, ItIsTheSameEachTime) {
  const TruthLoad load{.bs = {1, 8}, .isl_tokens = 16, .osl_tokens = 20};
  const std::string json = ModelTruthJson(Plain(3), Rates(3, "0.7"), load);
  EXPECT_EQ(json, ModelTruthJson(Plain(3), Rates(3, "0.7"), load));
  const auto parsed = boost::json::parse(json);
  EXPECT_EQ(parsed.at("loads").as_array().size(), 2u);
  EXPECT_EQ(parsed.at("loads").at(1).at("bs").as_int64(), 8);
  EXPECT_GT(parsed.at("loads").at(1).at("output_tps").to_number<double>(),
            parsed.at("loads").at(0).at("output_tps").to_number<double>());
}

}  // namespace
}  // namespace specctl::sim
