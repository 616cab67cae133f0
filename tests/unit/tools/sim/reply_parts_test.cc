#include "tools/sim/reply_parts.h"

#include <gtest/gtest.h>

namespace specctl::sim {
namespace {

TEST(ReplyPartsTest, ReasoningThenAnswerThenToolCallWithAMarkBetween) {
  Quirks quirks;
  ASSERT_TRUE(quirks.Add("reasoning").ok() && quirks.Add("tool-calls").ok());
  InferenceRequest request;
  request.stream = true;
  for (uint64_t reply = 0; reply < 50; ++reply) {
    const ReplyParts parts(quirks, request, Draws{SplitMix64(reply)});
    EXPECT_TRUE(parts.has_reasoning());
    uint64_t index = 0;
    const auto skip = [&](TokenPart part) {
      const uint64_t begin = index;
      while (parts.PartOf(index) == part) ++index;
      return index - begin;
    };
    EXPECT_GE(skip(TokenPart::kReasoning), 3u);
    EXPECT_EQ(skip(TokenPart::kMark), 1u);
    EXPECT_GE(skip(TokenPart::kAnswer), 2u);
    EXPECT_TRUE(parts.BeginsCall(index));
    EXPECT_EQ(skip(TokenPart::kMark), 1u);
    EXPECT_EQ(parts.PartOf(index + 1000), TokenPart::kArguments);
  }
}

TEST(ReplyPartsTest, OnlyStreamsOfChatsHaveParts) {
  Quirks quirks;
  ASSERT_TRUE(quirks.Add("reasoning").ok() && quirks.Add("tool-calls").ok());
  InferenceRequest whole, completion;
  completion.stream = true;
  completion.route = Route::kCompletions;
  for (const InferenceRequest& request : {whole, completion}) {
    const ReplyParts parts(quirks, request, Draws{1});
    for (uint64_t i = 0; i < 100; ++i) EXPECT_EQ(parts.PartOf(i), TokenPart::kAnswer);
  }
}

}  // namespace
}  // namespace specctl::sim
