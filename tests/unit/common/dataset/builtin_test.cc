#include "common/dataset/builtin.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace specctl {
namespace {

GeneratedRows Generated(std::string_view name, uint64_t seed = 0) {
  return GenerateBuiltin(*ParseDatasetName(name), seed);
}

std::map<std::string, int> RowsByCategory(const GeneratedRows& generated) {
  std::map<std::string, int> rows;
  for (const Conversation& row : generated.conversations) ++rows[row.category];
  return rows;
}

TEST(BuiltinTest, ElevenCategoriesOfEightyDifferentRows) {
  const GeneratedRows generated = Generated("builtin");
  std::set<std::string> texts;
  std::set<std::string> ids;
  for (const Conversation& row : generated.conversations) {
    texts.insert(row.turns.front().front().content);
    ids.insert(row.question_id);
    for (const std::vector<Message>& turn : row.turns) {
      ASSERT_EQ(turn.size(), 1u);
      EXPECT_EQ(turn.front().role, "user");
      EXPECT_GT(turn.front().content.size(), 10u);
      EXPECT_EQ(turn.front().content.find_first_of("{}|"), std::string::npos)
          << turn.front().content;
    }
  }
  EXPECT_EQ(generated.conversations.size(), 880u);
  EXPECT_EQ(texts.size(), 880u);
  EXPECT_EQ(ids.size(), 880u);
  const std::map<std::string, int> rows = RowsByCategory(generated);
  ASSERT_EQ(rows.size(), 11u);
  for (const std::string_view category : QualitativeCategories()) {
    EXPECT_EQ(rows.at(std::string(category)), 80) << category;
  }
}

TEST(BuiltinTest, AFifthOfTheRowsHasTwoToFiveTurns) {
  const GeneratedRows generated = Generated("builtin");
  std::map<size_t, int> rows_by_turns;
  for (const Conversation& row : generated.conversations) ++rows_by_turns[row.turns.size()];
  EXPECT_LE(rows_by_turns.rbegin()->first, 5u);
  EXPECT_EQ(rows_by_turns[1], 680);
}

TEST(BuiltinTest, CategoryAloneHasTheRowsThatItHasInTheWhole) {
  const GeneratedRows whole = Generated("builtin");
  const GeneratedRows math = Generated("builtin_math");
  ASSERT_EQ(math.conversations.size(), 80u);
  EXPECT_EQ(math.conversations[7].turns[0][0].content,
            whole.conversations[2 * 80 + 7].turns[0][0].content);
  EXPECT_EQ(math.conversations[7].question_id, whole.conversations[2 * 80 + 7].question_id);
}

TEST(BuiltinTest, ThroughputRowsHaveTheirLengthAndDifferAtOnce) {
  const GeneratedRows generated = Generated("builtin_throughput_1k");
  std::set<std::string> heads;
  for (const Conversation& row : generated.conversations) {
    ASSERT_EQ(row.turns.size(), 1u);
    EXPECT_EQ(row.turns[0][0].content.size(), 4000u);
    EXPECT_EQ(row.tier, row.category);
    heads.insert(row.turns[0][0].content.substr(0, 16));
  }
  EXPECT_EQ(heads.size(), 1536u);
  for (const auto& [tier, rows] : RowsByCategory(generated)) EXPECT_EQ(rows, 512) << tier;
}

TEST(BuiltinTest, EveryMixedRowHidesItsNeedle) {
  for (const Conversation& row : Generated("builtin_throughput_1k_mixed").conversations) {
    EXPECT_NE(row.turns[0][0].content.find("The secret number is "), std::string::npos);
  }
}

// The text may change only on purpose: figures of two versions are compared by this digest.
TEST(BuiltinTest, TextIsTheSameEverywhere) {
  EXPECT_EQ(Generated("builtin").sha256,
            "5bfd8043b1f57cf5dc34dd73ff2d6266a706fb7909d7cacb1baca5289a35001f");
  EXPECT_EQ(Generated("builtin_throughput_1k_low_entropy").sha256,
            "9ed6fd0ebc2918b75d518285668247c3426a93957f8a0c3ca15c7061966407c3");
}

TEST(BuiltinTest, SeedChangesTheText) {
  EXPECT_EQ(Generated("builtin_qa", 3).sha256, Generated("builtin_qa", 3).sha256);
  EXPECT_NE(Generated("builtin_qa", 3).sha256, Generated("builtin_qa", 4).sha256);
}

}  // namespace
}  // namespace specctl
