#include "tools/sim/prefix_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace specctl::sim {
namespace {

TEST(PrefixCacheTest, BlocksOfEqualBeginningsAreEqual) {
  const std::string same(128, 'a');
  const auto first = PromptBlocks(same + std::string(64, 'b'), 60);
  const auto second = PromptBlocks(same + std::string(64, 'c'), 60);
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[0], second[0]);
  EXPECT_EQ(first[1], second[1]);
  EXPECT_NE(first[2], second[2]);
}

TEST(PrefixCacheTest, TheLastTokenIsInNoBlock) {
  EXPECT_EQ(PromptBlocks(std::string(64, 'a'), 16).size(), 0u);
  EXPECT_EQ(PromptBlocks(std::string(64, 'a'), 17).size(), 1u);
  EXPECT_TRUE(PromptBlocks("", 0).empty());
}

TEST(PrefixCacheTest, HitsEndAtTheFirstBlockThatIsNotHeld) {
  PrefixCache cache(10);
  const std::vector<uint64_t> blocks = {1, 2, 3};
  EXPECT_EQ(cache.LookUpAndAdd(blocks), 0u);
  EXPECT_EQ(cache.LookUpAndAdd(blocks), 3u);
  EXPECT_EQ(cache.LookUpAndAdd(std::vector<uint64_t>{1, 9, 3}), 1u);
}

TEST(PrefixCacheTest, TheLeastRecentlyUsedBlockGoes) {
  PrefixCache cache(2);
  cache.LookUpAndAdd(std::vector<uint64_t>{1});
  cache.LookUpAndAdd(std::vector<uint64_t>{2});
  cache.LookUpAndAdd(std::vector<uint64_t>{1});
  cache.LookUpAndAdd(std::vector<uint64_t>{3});
  EXPECT_EQ(cache.LookUpAndAdd(std::vector<uint64_t>{1}), 1u);
  EXPECT_EQ(cache.LookUpAndAdd(std::vector<uint64_t>{2}), 0u);
}

}  // namespace
}  // namespace specctl::sim
