#include "tools/sim/token_model.h"

#include <gtest/gtest.h>

namespace specctl::sim {
namespace {

TEST(TokenModelTest, PromptTokensAreAQuarterOfTheBytesAndTheTemplate) {
  EXPECT_EQ(PromptTokens(0, 0), 1u);
  EXPECT_EQ(PromptTokens(8, 0), 3u);
  EXPECT_EQ(PromptTokens(9, 1), 3u + 4 + 3);
  EXPECT_EQ(PromptTokens(9, 2), 3u + 8 + 3);
}

TEST(TokenModelTest, TokensDependOnSeedAndIndexAlone) {
  const Draws draws{42};
  EXPECT_EQ(TokenId(draws, 7), TokenId(Draws{42}, 7));
  EXPECT_NE(TokenId(draws, 7), TokenId(Draws{43}, 7));
  EXPECT_NE(TokenId(draws, 7), TokenId(draws, 8));
}

TEST(TokenModelTest, TextsNeedNoEscapesAndOnlyTheLastTokenIsEmpty) {
  for (uint64_t i = 0; i < 1000; ++i) {
    const uint32_t id = TokenId(Draws{1}, i);
    ASSERT_NE(id, kEosTokenId);
    const std::string_view text = TokenText(id);
    ASSERT_FALSE(text.empty());
    ASSERT_EQ(text.find_first_of("\"\\\n"), std::string_view::npos);
  }
  EXPECT_EQ(TokenText(kEosTokenId), "");
}

TEST(TokenModelTest, EosLengthsHaveTheMeanAskedFor) {
  double sum = 0;
  constexpr int kReplies = 20'000;
  for (uint64_t i = 0; i < kReplies; ++i) {
    const uint64_t length = EosLength(Draws{SplitMix64(i)}, 200);
    ASSERT_GE(length, 1u);
    sum += static_cast<double>(length);
  }
  EXPECT_NEAR(sum / kReplies, 200, 5);
  EXPECT_EQ(EosLength(Draws{1}, 1), 1u);
}

}  // namespace
}  // namespace specctl::sim
