#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "common/workload/stratified_order.h"

namespace specctl {
namespace {

// `sizes[s]` rows of the category "s", one category after another, as datasets have them.
std::vector<RowFacts> Rows(const std::vector<size_t>& sizes) {
  std::vector<RowFacts> rows;
  for (size_t s = 0; s < sizes.size(); ++s) {
    for (size_t i = 0; i < sizes[s]; ++i) {
      rows.push_back({.category = std::to_string(s), .tier = "", .turns = 1});
    }
  }
  return rows;
}

const std::vector<size_t> kThroughput(3, 512);  // tiers
const std::vector<size_t> kQualitative(11, 80);
const std::vector<size_t> kSpecBench = {10, 10, 10, 10, 10, 10, 10, 10, 80, 80, 80, 80, 80};

// Largest distance of a prefix's rows of a stratum from its proportional share.
double WorstPrefix(const std::vector<RowFacts>& rows, const std::vector<uint32_t>& order,
                   const std::vector<size_t>& sizes) {
  std::vector<double> held(sizes.size());
  double worst = 0;
  for (size_t k = 0; k < order.size(); ++k) {
    ++held[std::stoul(rows[order[k]].category)];
    for (size_t s = 0; s < sizes.size(); ++s) {
      const double share = static_cast<double>(k + 1) * static_cast<double>(sizes[s]) /
                           static_cast<double>(rows.size());
      worst = std::max(worst, std::abs(held[s] - share));
    }
  }
  return worst;
}

// The same for the rows at start, start + stride, ...
double WorstShare(const std::vector<RowFacts>& rows, const std::vector<uint32_t>& order,
                  const std::vector<size_t>& sizes, size_t start, size_t stride) {
  std::vector<double> held(sizes.size());
  double total = 0;
  for (size_t k = start; k < order.size(); k += stride) {
    ++held[std::stoul(rows[order[k]].category)];
    ++total;
  }
  double worst = 0;
  for (size_t s = 0; s < sizes.size(); ++s) {
    const double share = total * static_cast<double>(sizes[s]) / static_cast<double>(rows.size());
    worst = std::max(worst, std::abs(held[s] - share));
  }
  return worst;
}

TEST(StratifiedOrderTest, EachRowStandsOnce) {
  for (const std::vector<size_t>& sizes :
       {kThroughput, kQualitative, kSpecBench, std::vector<size_t>{1}, std::vector<size_t>{}}) {
    const std::vector<RowFacts> rows = Rows(sizes);
    std::vector<uint32_t> order = StratifiedOrder(rows, 0);
    std::sort(order.begin(), order.end());
    ASSERT_EQ(order.size(), rows.size());
    for (uint32_t k = 0; k < order.size(); ++k) ASSERT_EQ(order[k], k);
  }
}

TEST(StratifiedOrderTest, EveryPrefixHasTheProportionsOfTheDataset) {
  for (const std::vector<size_t>& sizes :
       {kThroughput, kQualitative, kSpecBench, std::vector<size_t>{20, 10},
        std::vector<size_t>{997, 503, 101, 60}, std::vector<size_t>(40, 1)}) {
    const std::vector<RowFacts> rows = Rows(sizes);
    for (const uint64_t seed : {0, 1, 2}) {
      EXPECT_LT(WorstPrefix(rows, StratifiedOrder(rows, seed), sizes), 1) << rows.size();
    }
  }
}

TEST(StratifiedOrderTest, EveryAgentAndTargetHasTheMixOfTheDataset) {
  // At most this many rows too many or too few of one stratum; chance alone would give up to 60
  // of the first and 25 of the second.
  const std::pair<std::vector<size_t>, double> cases[] = {
      {kThroughput, 8}, {kQualitative, 6}, {kSpecBench, 6}};
  for (const auto& [sizes, rows_max] : cases) {
    const std::vector<RowFacts> rows = Rows(sizes);
    for (const uint64_t seed : {0, 1, 2, 3}) {
      const std::vector<uint32_t> order = StratifiedOrder(rows, seed);
      for (size_t n = 2; n <= 16; ++n) {
        for (size_t i = 0; i < n; ++i) {
          EXPECT_LE(WorstShare(rows, order, sizes, i, n), rows_max)
              << "share " << i << " of " << n << ", seed " << seed << ", " << rows.size()
              << " rows";
        }
      }
    }
  }
}

TEST(StratifiedOrderTest, StrideThatEqualsTheBlockPicksNoTier) {
  const std::vector<RowFacts> rows = Rows(kThroughput);
  const std::vector<uint32_t> order = StratifiedOrder(rows, 0);
  for (size_t start = 0; start < 3; ++start) {
    EXPECT_LE(WorstShare(rows, order, kThroughput, start, 3), 8) << "512 / 3 of each expected";
  }
}

TEST(StratifiedOrderTest, TierAndCategoryTogetherAreAStratum) {
  std::vector<RowFacts> rows;
  for (int i = 0; i < 40; ++i) {
    rows.push_back({.category = i % 2 == 0 ? "a" : "b", .tier = i < 20 ? "x" : "y", .turns = 1});
  }
  const std::vector<uint32_t> order = StratifiedOrder(rows, 0);
  for (size_t block = 0; block < 10; ++block) {
    std::map<std::string, int> seen;
    for (size_t k = 4 * block; k < 4 * block + 4; ++k) {
      ++seen[rows[order[k]].tier + rows[order[k]].category];
    }
    EXPECT_EQ(seen.size(), 4u) << block;
  }
}

TEST(StratifiedOrderTest, RowsOfAStratumAreShuffled) {
  const std::vector<RowFacts> rows = Rows({1000});
  const std::vector<uint32_t> order = StratifiedOrder(rows, 0);
  size_t in_place = 0;
  size_t ascents = 0;
  for (uint32_t k = 0; k < order.size(); ++k) {
    if (order[k] == k) ++in_place;
    if (k > 0 && order[k] > order[k - 1]) ++ascents;
  }
  EXPECT_LT(in_place, 10u);
  EXPECT_GT(ascents, 400u);
  EXPECT_LT(ascents, 600u);
}

TEST(StratifiedOrderTest, OrderDependsOnRowsAndSeedAlone) {
  const std::vector<RowFacts> rows = Rows(kQualitative);
  EXPECT_EQ(StratifiedOrder(rows, 7), StratifiedOrder(rows, 7));
  EXPECT_NE(StratifiedOrder(rows, 7), StratifiedOrder(rows, 8));
}

// The order must not change between versions, platforms or libraries: runs are repeated by it.
TEST(StratifiedOrderTest, OrderIsTheSameEverywhere) {
  EXPECT_THAT(StratifiedOrder(Rows({3, 3, 3}), 0), testing::ElementsAre(6, 0, 5, 3, 1, 7, 2, 8, 4));
}

TEST(StratifiedOrderTest, ManySmallStrataArePooled) {
  const std::vector<RowFacts> rows = Rows(std::vector<size_t>(20000, 1));
  EXPECT_EQ(StratifiedOrder(rows, 0).size(), rows.size());
}

}  // namespace
}  // namespace specctl
