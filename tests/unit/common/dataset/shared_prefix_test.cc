#include "common/dataset/shared_prefix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/dataset/conversation.h"

namespace specctl {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<Conversation> ConversationsOf(size_t count, const Message& first) {
  std::vector<Conversation> rows(count);
  for (Conversation& row : rows) row.turns = {{first}};
  return rows;
}

const Message kQuestion{.role = "user", .content = "Why?"};
constexpr SharedPrefix kThree{.groups = 3, .tokens = 50};

TEST(SharedPrefixTest, IsOneOfTheGroupsInTurn) {
  auto rows = ConversationsOf(7, kQuestion);
  ASSERT_TRUE(AddSharedPrefixes(kThree, 1, rows).ok());
  std::set<std::string> texts, beginnings;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto& messages = rows[i].turns.front();
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_EQ(messages[0].role, "system");
    EXPECT_EQ(messages[0].content.size(), 200u) << "4 characters a token";
    EXPECT_EQ(messages[0].content, rows[i % 3].turns.front()[0].content);
    EXPECT_EQ(messages[1].content, "Why?");
    texts.insert(messages[0].content);
    beginnings.insert(messages[0].content.substr(0, 24));
  }
  EXPECT_EQ(texts.size(), 3u);
  EXPECT_EQ(beginnings.size(), 3u) << "no cache can take one for another";
}

TEST(SharedPrefixTest, IsOfTheSeed) {
  auto a = ConversationsOf(1, kQuestion), b = a, other = a;
  ASSERT_TRUE(AddSharedPrefixes(kThree, 1, a).ok() && AddSharedPrefixes(kThree, 1, b).ok() &&
              AddSharedPrefixes(kThree, 2, other).ok());
  EXPECT_EQ(a[0].turns[0][0].content, b[0].turns[0][0].content);
  EXPECT_NE(a[0].turns[0][0].content, other[0].turns[0][0].content);
}

TEST(SharedPrefixTest, IdsGoBeforeIds) {
  Message ids;
  ids.token_ids = {7};
  auto rows = ConversationsOf(4, ids);
  ASSERT_TRUE(AddSharedPrefixes(kThree, 1, rows).ok());
  const auto& first = rows[0].turns[0][0].token_ids;
  ASSERT_EQ(first.size(), 51u) << "exactly as many";
  EXPECT_EQ(first.back(), 7u);
  EXPECT_EQ(rows[3].turns[0][0].token_ids, first);
  EXPECT_NE(rows[1].turns[0][0].token_ids, first);
}

TEST(SharedPrefixTest, ASystemMessageFollowsIt) {
  auto rows = ConversationsOf(1, {.role = "system", .content = "Be brief."});
  ASSERT_TRUE(AddSharedPrefixes(kThree, 1, rows).ok());
  ASSERT_EQ(rows[0].turns[0].size(), 1u);
  EXPECT_THAT(rows[0].turns[0][0].content, EndsWith("\n\nBe brief."));
  EXPECT_THAT(rows[0].turns[0][0].content, StartsWith("Handbook 1 of "));
}

TEST(SharedPrefixTest, AMessageOfPartsIsRefused) {
  auto rows = ConversationsOf(1, {.role = "system", .content = "", .raw_json = "{}"});
  rows[0].question_id = "q";
  EXPECT_THAT(std::string(AddSharedPrefixes(kThree, 1, rows).message()),
              HasSubstr("--prefix-groups: row 0 of the dataset, question q: "));
}

TEST(SharedPrefixTest, WithoutGroupsNothingChanges) {
  auto rows = ConversationsOf(1, kQuestion);
  ASSERT_TRUE(AddSharedPrefixes({}, 1, rows).ok());
  EXPECT_EQ(rows[0].turns[0].size(), 1u);
}

}  // namespace
}  // namespace specctl
