#include "common/stats/block_bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace specctl {
namespace {

double SpreadOf(const std::vector<double>& means) {
  const double n = static_cast<double>(means.size());
  const double mean = std::accumulate(means.begin(), means.end(), 0.0) / n;
  double squares = 0;
  for (const double value : means) squares += (value - mean) * (value - mean);
  return squares / n;
}

// Runs of eight equal values in turn: one independent value in each eight.
std::vector<CellSum> Stretches() {
  std::vector<CellSum> cells;
  for (int i = 0; i < 240; ++i) cells.push_back({.sum = i / 8 % 2 * 1.0, .count = 1});
  return cells;
}

TEST(BlockBootstrapTest, TheSameSeedGivesTheSameMeans) {
  const std::vector<CellSum> cells = Stretches();
  const auto means = BootstrapMeans(cells, {.block = 3, .seed = 5});
  EXPECT_EQ(means.size(), 999u);
  EXPECT_EQ(means, BootstrapMeans(cells, {.block = 3, .seed = 5}));
  EXPECT_NE(means, BootstrapMeans(cells, {.block = 3, .seed = 6}));
}

TEST(BlockBootstrapTest, SingleCellsHaveTheVarianceOfIndependentOnes) {
  const auto means = BootstrapMeans(Stretches(), {.block = 1, .replicates = 4'000});
  EXPECT_NEAR(SpreadOf(means), 0.25 / 240, 0.1 * 0.25 / 240);
}

TEST(BlockBootstrapTest, BlocksKeepWhatNeighboursHaveInCommon) {
  // The mean of 8 in a row at any place: their variance is 1/12 in place of 1/4 / 8.
  const auto means = BootstrapMeans(Stretches(), {.block = 8, .replicates = 4'000});
  EXPECT_NEAR(SpreadOf(means), 1.0 / 12 / 30, 0.15 / 12 / 30);
}

TEST(BlockBootstrapTest, MeansAreOfValuesNotOfCells) {
  const std::vector<CellSum> cells = {{.sum = 10, .count = 10}, {.sum = 0, .count = 0}};
  for (const double mean : BootstrapMeans(cells, {.replicates = 100})) EXPECT_EQ(mean, 1);
  const std::vector<CellSum> empty(5);
  EXPECT_TRUE(BootstrapMeans(empty, {}).empty());
}

TEST(BlockBootstrapTest, TailsAreOrderStatistics) {
  std::vector<double> means(100);
  std::iota(means.begin(), means.end(), 1.0);
  std::reverse(means.begin(), means.end());
  const TailValues tails = TailsOf(means, 0.05);
  EXPECT_EQ(tails.low, 5);
  EXPECT_EQ(tails.high, 95);
}

}  // namespace
}  // namespace specctl
