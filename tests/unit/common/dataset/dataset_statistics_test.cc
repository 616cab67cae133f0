#include "common/dataset/dataset_statistics.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

Conversation Prompt(std::string category, std::vector<std::string> turns) {
  Conversation row;
  row.category = category;
  if (IsEntropyTier(category)) row.tier = category;
  for (std::string& turn : turns) {
    row.turns.push_back({Message{.role = "user", .content = std::move(turn), .raw_json = ""}});
  }
  return row;
}

TEST(DatasetStatisticsTest, GroupsAreCountedInOrderOfAppearance) {
  DatasetStatisticsBuilder builder;
  builder.AddConversation(Prompt("mixed", {std::string(8, 'a')}));
  builder.AddConversation(Prompt("coding", {std::string(40, 'a'), "b", "c"}));
  builder.AddConversation(Prompt("mixed", {std::string(16, 'a')}));
  const DatasetStatistics statistics = std::move(builder).Build();
  ASSERT_EQ(statistics.groups.size(), 2u);
  EXPECT_EQ(statistics.groups[0].category, "mixed");
  EXPECT_EQ(statistics.groups[0].tier, "mixed");
  EXPECT_EQ(statistics.groups[0].rows, 2u);
  EXPECT_EQ(statistics.groups[0].turns, 2u);
  EXPECT_EQ(statistics.groups[0].multi_turn_rows, 0u);
  EXPECT_EQ(statistics.groups[0].characters.min, 8);
  EXPECT_EQ(statistics.groups[0].characters.max, 16);
  EXPECT_EQ(statistics.groups[1].category, "coding");
  EXPECT_EQ(statistics.groups[1].tier, "");
  EXPECT_EQ(statistics.groups[1].turns_max, 3u);
  EXPECT_EQ(statistics.all.rows, 3u);
  EXPECT_EQ(statistics.all.turns, 5u);
  EXPECT_EQ(statistics.all.multi_turn_rows, 1u);
  EXPECT_EQ(statistics.all.characters.p50, 16);
  EXPECT_EQ(statistics.all.tokens.max, 10);
}

TEST(DatasetStatisticsTest, LengthIsOfTheWholeFirstRequest) {
  Conversation row;
  row.turns = {{Message{.role = "system", .content = "1234", .raw_json = ""},
                Message{.role = "tool", .content = "", .raw_json = R"({"role":"tool"})"}}};
  row.max_tokens = 7;
  row.extra_json = "{}";
  DatasetStatisticsBuilder builder;
  builder.AddConversation(row);
  const DatasetStatistics statistics = std::move(builder).Build();
  EXPECT_EQ(statistics.all.characters.max, 4 + 15);
  EXPECT_EQ(statistics.all.rows_with_max_tokens, 1u);
  EXPECT_EQ(statistics.all.rows_with_extra_fields, 1u);
}

}  // namespace
}  // namespace specctl
