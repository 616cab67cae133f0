#include "common/dataset/random_tokens.h"

#include <gtest/gtest.h>

#include <set>

namespace specctl {
namespace {

const std::vector<uint32_t>& IdsOf(const GeneratedRows& rows, size_t row) {
  return rows.conversations.at(row).turns.at(0).at(0).token_ids;
}

TEST(RandomTokensTest, EachPromptHasTheTokensThatWereAskedFor) {
  const GeneratedRows rows =
      GenerateRandomTokens({.isl_tokens = 100, .vocabulary_tokens = 1'000}, 3);
  EXPECT_EQ(rows.conversations.size(), RandomTokens::kRowsMax);
  for (size_t row = 0; row < rows.conversations.size(); ++row) {
    ASSERT_EQ(IdsOf(rows, row).size(), 100u);
    for (size_t j = 1; j < 100; ++j) {
      EXPECT_EQ(IdsOf(rows, row)[j], (IdsOf(rows, row)[j - 1] + 1) % 1'000);
    }
  }
}

TEST(RandomTokensTest, NoTwoPromptsAreTheSameWhileTheVocabularyLasts) {
  const auto firsts = [](uint32_t vocabulary) {
    const GeneratedRows rows =
        GenerateRandomTokens({.isl_tokens = 1, .vocabulary_tokens = vocabulary}, 3);
    std::set<uint32_t> first;
    for (size_t row = 0; row < rows.conversations.size(); ++row) {
      first.insert(IdsOf(rows, row)[0]);
    }
    return first.size();
  };
  EXPECT_EQ(firsts(32'000), 1'536u);
  EXPECT_EQ(firsts(1'000), 1'000u);
}

TEST(RandomTokensTest, VeryLongPromptsAreFew) {
  EXPECT_EQ(RandomTokens{.isl_tokens = 8'000}.rows(), 1'536u);
  EXPECT_EQ(RandomTokens{.isl_tokens = 128'000}.rows(), 500u);
  EXPECT_EQ(RandomTokens{.isl_tokens = 1'000'000}.rows(), 64u);
}

TEST(RandomTokensTest, TheSeedAndTheSizesTellThem) {
  const RandomTokens tokens{.isl_tokens = 10};
  EXPECT_EQ(GenerateRandomTokens(tokens, 1).sha256, GenerateRandomTokens(tokens, 1).sha256);
  EXPECT_NE(GenerateRandomTokens(tokens, 1).sha256, GenerateRandomTokens(tokens, 2).sha256);
  EXPECT_NE(GenerateRandomTokens(tokens, 1).sha256,
            GenerateRandomTokens({.isl_tokens = 11}, 1).sha256);
}

}  // namespace
}  // namespace specctl
