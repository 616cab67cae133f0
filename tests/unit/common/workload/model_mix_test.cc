#include "common/workload/model_mix.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace specctl {
namespace {

using Mix = std::vector<std::pair<std::string, double>>;

// Share of the first model among the positions first, first + stride, ... below end.
double ShareOfFirst(const Mix& mix, uint64_t first, uint64_t stride, uint64_t end) {
  uint64_t hits = 0, count = 0;
  for (uint64_t i = first; i < end; i += stride, ++count) {
    if (ModelAt(mix, 7, i) == mix.front().first) ++hits;
  }
  return static_cast<double>(hits) / static_cast<double>(count);
}

TEST(ModelMixTest, PrefixesHaveTheShares) {
  const Mix mix = {{"a", 0.6}, {"b", 0.4}};
  for (const uint64_t end : {20u, 50u, 100u, 1000u}) {
    EXPECT_NEAR(ShareOfFirst(mix, 0, 1, end), 0.6, 3.0 / static_cast<double>(end)) << end;
  }
}

TEST(ModelMixTest, SoHaveTheSharesOfAgentsAndTargets) {
  const Mix mix = {{"a", 1}, {"b", 1}};
  for (uint64_t stride = 2; stride <= 16; ++stride) {
    for (uint64_t first = 0; first < stride; ++first) {
      EXPECT_NEAR(ShareOfFirst(mix, first, stride, 3200), 0.5, 0.08) << first << " of " << stride;
    }
  }
}

TEST(ModelMixTest, SharesNeedNotSumToOne) {
  const Mix mix = {{"a", 6}, {"b", 3}, {"c", 1}};
  std::map<std::string, int> counts;
  for (uint64_t i = 0; i < 1000; ++i) ++counts[ModelAt(mix, 0, i)];
  EXPECT_NEAR(counts["a"], 600, 5);
  EXPECT_NEAR(counts["b"], 300, 5);
  EXPECT_NEAR(counts["c"], 100, 5);
}

TEST(ModelMixTest, TheSeedTurnsIt) {
  const Mix mix = {{"a", 1}, {"b", 1}};
  int same = 0;
  for (uint64_t i = 0; i < 1000; ++i) same += ModelAt(mix, 1, i) == ModelAt(mix, 2, i) ? 1 : 0;
  EXPECT_LT(same, 1000);
  EXPECT_EQ(ModelAt(Mix{{"only", 0.1}}, 5, 123), "only");
}

}  // namespace
}  // namespace specctl
