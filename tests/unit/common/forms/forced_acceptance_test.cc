#include "common/forms/forced_acceptance.h"

#include <gmock/gmock.h>

namespace specctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

MeasuredDrafts Drafts() {
  return {.length = 2.78,
          .draft_length = 3,
          .drafts = 1000,
          .steps = 1000,
          .marginal = {0.8, 0.6, 0.38},
          .model = "m",
          .method = "eagle3",
          .engine = "vllm 0.32.0",
          .source = "per_request"};
}

std::string For(std::string_view engine, const MeasuredDrafts& drafts = Drafts()) {
  absl::StatusOr<std::string> text = ForcedAcceptance(engine, "run-1", drafts);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.value_or("");
}

TEST(ForcedAcceptanceTest, VllmTakesTheLengthAsItIs) {
  const std::string text = For("vllm");
  EXPECT_THAT(text, HasSubstr("# acceptance of run run-1: 2.78 tokens per draft (bonus token "
                              "included), K = 3, 1000 drafts, from per_request\n"));
  EXPECT_THAT(text, HasSubstr("\n--speculative-config '{\"num_speculative_tokens\":3,"
                              "\"rejection_sample_method\":\"synthetic\","
                              "\"synthetic_acceptance_length\":2.78}'\n"));
  EXPECT_THAT(text, HasSubstr("\"synthetic_acceptance_rates\":[0.8,0.6,0.38]"));
}

TEST(ForcedAcceptanceTest, SglangTakesItTooAndTrtllmWithoutTheBonusToken) {
  EXPECT_THAT(For("sglang"), HasSubstr("\nSGLANG_SIMULATE_ACC_LEN=2.78\n"
                                       "SGLANG_SIMULATE_ACC_METHOD=match-expected\n"
                                       "SGLANG_SIMULATE_ACC_TOKEN_MODE=real-draft-token\n"));
  const std::string trtllm = For("trtllm");
  EXPECT_THAT(trtllm, HasSubstr("\nTLLM_SPEC_DECODE_FORCE_NUM_ACCEPTED_TOKENS=1.78\n"));
  // Where a fraction is not taken it counts as unset.
  EXPECT_THAT(trtllm, HasSubstr("# whole (nearest: 2)"));
}

TEST(ForcedAcceptanceTest, StepsWithoutADraftAreSaid) {
  EXPECT_THAT(For("vllm"), Not(HasSubstr("had no draft")));
  MeasuredDrafts drafts = Drafts();
  drafts.steps = 1250;
  EXPECT_THAT(For("vllm", drafts), HasSubstr("# 20.0 % of its steps had no draft"));
}

TEST(ForcedAcceptanceTest, WhatNoServerTakesIsRefused) {
  MeasuredDrafts drafts = Drafts();
  drafts.length = 4.2;
  const auto text = ForcedAcceptance("vllm", "run-1", drafts);
  EXPECT_EQ(text.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(text.status().message()), HasSubstr("(1 to 4)"));
  const auto engine = ForcedAcceptance("vlm", "run-1", Drafts());
  EXPECT_EQ(engine.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(engine.status().message()), HasSubstr("did you mean vllm?"));
}

}  // namespace
}  // namespace specctl
