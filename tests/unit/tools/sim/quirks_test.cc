#include "tools/sim/quirks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::sim {
namespace {

using ::testing::HasSubstr;

TEST(QuirksTest, HappenAsOftenAsAskedFor) {
  Quirks quirks;
  ASSERT_TRUE(quirks.Add("abort:0.25").ok());
  ASSERT_TRUE(quirks.Add("reasoning").ok());
  int aborted = 0, reasoning = 0;
  for (uint64_t reply = 0; reply < 4000; ++reply) {
    const Draws draws{SplitMix64(reply)};
    aborted += quirks.Happens(Quirk::kAbort, draws);
    reasoning += quirks.Happens(Quirk::kReasoning, draws);
    EXPECT_FALSE(quirks.Happens(Quirk::kToolCalls, draws));
  }
  EXPECT_NEAR(aborted, 1000, 100);
  EXPECT_EQ(reasoning, 4000);
  ASSERT_TRUE(quirks.Add("reasoning:0").ok());
  EXPECT_FALSE(quirks.Has(Quirk::kReasoning));
}

TEST(QuirksTest, OneDoesNotMoveWhereAnotherStrikes) {
  Quirks alone, both;
  ASSERT_TRUE(alone.Add("empty-chunks").ok());
  ASSERT_TRUE(both.Add("empty-chunks").ok() && both.Add("keepalive").ok());
  const Draws draws{5};
  for (uint64_t step = 0; step < 100; ++step) {
    EXPECT_EQ(alone.Happens(Quirk::kEmptyChunks, draws, step),
              both.Happens(Quirk::kEmptyChunks, draws, step));
  }
}

TEST(QuirksTest, BadTextsAreRefused) {
  Quirks quirks;
  const absl::Status unknown = quirks.Add("sleepy");
  EXPECT_EQ(unknown.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(unknown.message()),
              HasSubstr("--quirk: need one of empty-first, empty-chunks, "));
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("or no-nulls, got 'sleepy'"));
  for (const char* text : {"abort:", "abort:2", "abort:-1", "abort:x", "abort:0.1:3"}) {
    EXPECT_THAT(std::string(quirks.Add(text).message()), HasSubstr("NAME[:share in 0..1]")) << text;
  }
}

TEST(QuirksTest, AnEngineWithoutOneSaysSo) {
  struct Refused {
    EngineKind engine;
    const char* quirk;
    const char* text;
  };
  const Refused all[] = {
      {EngineKind::kVllm, "keepalive",
       "--quirk keepalive: need another --engine than vllm, which sends none"},
      {EngineKind::kSglang, "empty-finish",
       "--quirk empty-finish: need another --engine than sglang, whose chat does so in any case"},
      {EngineKind::kTrtllm, "stop-string", "trtllm, which matches stop strings as tokens"},
      {EngineKind::kLlamacpp, "empty-first", "those of the quirk progress"}};
  for (const Refused& refused : all) {
    Quirks quirks;
    ASSERT_TRUE(quirks.Add(refused.quirk).ok());
    const absl::Status checked = quirks.CheckFor(refused.engine);
    EXPECT_EQ(checked.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(checked.message()), HasSubstr(refused.text));
  }
  EXPECT_TRUE(Quirks().CheckFor(EngineKind::kLlamacpp).ok());
}

}  // namespace
}  // namespace specctl::sim
