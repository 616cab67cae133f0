#include "common/stats/censored_sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace specctl {
namespace {

using Values = std::vector<CensoredValue>;

Values Observed(const std::vector<double>& values) {
  Values all;
  for (const double value : values) all.push_back({.value = value});
  return all;
}

// Kaplan and Meier's own example of eight: deaths at 0.8, 3.1, 5.4 and 9.2, losses at 1.0, 2.7, 7.0
// and 12.1.
const Values kOfThePaper = {{0.8}, {1.0, true}, {2.7, true}, {3.1},
                            {5.4}, {7.0, true}, {9.2},       {12.1, true}};

TEST(CensoredSampleTest, LevelsAreThoseOfThePaper) {
  const CensoredSample sample(kOfThePaper);
  EXPECT_EQ(sample.count(), 8u);
  EXPECT_EQ(sample.censored(), 4u);
  // 7/8, then x 4/5, x 3/4, x 1/2.
  EXPECT_DOUBLE_EQ(sample.reach(), 1 - 0.875 * 0.8 * 0.75 * 0.5);
  EXPECT_EQ(sample.Quantile(0.125), 0.8);
  EXPECT_EQ(sample.Quantile(0.126), 3.1);
  EXPECT_EQ(sample.Quantile(0.30), 3.1);
  EXPECT_EQ(sample.Quantile(0.31), 5.4);
  EXPECT_EQ(sample.Quantile(0.7), 9.2);
}

TEST(CensoredSampleTest, NothingIsClaimedBeyondTheLastObserved) {
  const CensoredSample sample(kOfThePaper);
  EXPECT_FALSE(sample.Quantile(0.75));
  EXPECT_FALSE(sample.Mean());
  const auto described = sample.Describe();
  ASSERT_TRUE(described);
  EXPECT_EQ(described->count, 8u);
  EXPECT_EQ(described->censored, 4u);
  EXPECT_EQ(described->min, 0.8);
  EXPECT_EQ(described->p25, 3.1);
  EXPECT_EQ(described->p50, 9.2);
  EXPECT_TRUE(std::isnan(described->p90));
  EXPECT_TRUE(std::isnan(described->max));
  EXPECT_TRUE(std::isnan(described->mean));
  EXPECT_TRUE(std::isnan(described->stddev));
}

TEST(CensoredSampleTest, WithoutCensoringItIsThePlainDistribution) {
  const CensoredSample sample(Observed({4, 1, 3, 2}));
  EXPECT_EQ(sample.Quantile(0.5), 2);
  EXPECT_EQ(sample.Quantile(0.51), 3);
  EXPECT_EQ(sample.Mean(), 2.5);
  EXPECT_EQ(sample.Describe()->p50, Describe({4, 1, 3, 2})->p50);
  EXPECT_EQ(sample.Describe()->censored, 0u);
}

TEST(CensoredSampleTest, NothingObservedHasNoDistribution) {
  EXPECT_FALSE(CensoredSample({}).Describe());
  const Values lost = {{3, true}, {5, true}};
  EXPECT_FALSE(CensoredSample(lost).Describe());
  EXPECT_FALSE(CensoredSample(lost).Quantile(0.01));
  EXPECT_EQ(CensoredSample(lost).reach(), 0);
}

TEST(CensoredSampleTest, WhatWasCensoredWhereAnotherEndedWasAtRisk) {
  const Values tied = {{1}, {2, true}, {2}, {3}};
  // At 2 three were at risk.
  const CensoredSample sample(tied);
  EXPECT_EQ(sample.Quantile(0.5), 2);
  EXPECT_EQ(sample.Quantile(0.51), 3);
}

TEST(CensoredSampleTest, EndsOfIntervalsAreRoundedOutwards) {
  const CensoredSample sample(Observed({10, 20, 30, 40}));
  EXPECT_EQ(sample.ValueBelow(0.5), 20);
  EXPECT_EQ(sample.ValueBelow(0.74), 20);
  EXPECT_EQ(sample.ValueAbove(0.5), 30);
  EXPECT_EQ(sample.ValueAbove(0.51), 30);
  EXPECT_FALSE(sample.ValueBelow(0.2));
  EXPECT_FALSE(sample.ValueAbove(1));
}

TEST(CensoredSampleTest, EqualValuesAreRanksOfTheirOwn) {
  const CensoredSample sample(Observed({5, 5, 5, 5}));
  EXPECT_EQ(sample.ValueBelow(0.3), 5);
  EXPECT_EQ(sample.ValueAbove(0.9), 5);
}

TEST(CensoredSampleTest, EqualValuesShareTheirRank) {
  EXPECT_THAT(CensoredSample(Observed({7, 1, 7, 3})).CentredRanks(),
              testing::ElementsAre(0.25, -0.375, 0.25, -0.125));
}

double Sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

TEST(CensoredSampleTest, InfluencesAddUpToNothing) {
  const CensoredSample sample(kOfThePaper);
  EXPECT_NEAR(Sum(sample.InfluenceOnLevel(5.4)), 0, 1e-12);
  const Values to_the_end = {{1}, {2, true}, {3}, {4, true}, {6}};
  EXPECT_NEAR(Sum(CensoredSample(to_the_end).InfluenceOnMean()), 0, 1e-12);
  EXPECT_THAT(CensoredSample(Observed({1, 2, 6})).InfluenceOnMean(),
              testing::ElementsAre(-2, -1, 3));
  EXPECT_THAT(CensoredSample(Observed({9, 1, 2, 3})).InfluenceOnLevel(1),
              testing::ElementsAre(-0.25, 0.75, -0.25, -0.25));
}

// The variance of the mean influence is Greenwood's, the classic one of a survival curve.
TEST(CensoredSampleTest, InfluencesTellGreenwoodsVariance) {
  std::mt19937_64 random(1);
  std::exponential_distribution<double> life(1), censoring(0.5);
  Values values;
  for (int i = 0; i < 4'000; ++i) {
    const double ends = life(random), seen = censoring(random);
    values.push_back({.value = std::min(ends, seen), .censored = seen < ends});
  }
  const CensoredSample sample(values);
  const double median = *sample.Quantile(0.5);
  double squares = 0;
  for (const double part : sample.InfluenceOnLevel(median)) squares += part * part;
  double greenwood = 0;
  double at_risk = 0;
  for (const CensoredValue& each : values) {
    if (each.censored || each.value > median) continue;
    at_risk = 0;
    for (const CensoredValue& other : values) at_risk += other.value >= each.value ? 1 : 0;
    greenwood += 1 / (at_risk * (at_risk - 1));
  }
  EXPECT_NEAR(squares / 4'000 / 4'000, 0.25 * greenwood, 0.01 * 0.25 * greenwood);
}

TEST(CensoredSampleTest, QuantilesAreThoseOfAllValuesHadTheyBeenSeen) {
  std::mt19937_64 random(2);
  std::exponential_distribution<double> life(1);
  Values values;
  // Each is cut where a hold of 4 ends.
  for (int i = 0; i < 40'000; ++i) {
    const double ends = life(random), left = 4.0 * i / 40'000;
    values.push_back({.value = std::min(ends, left), .censored = left < ends});
  }
  const CensoredSample sample(values);
  EXPECT_NEAR(*sample.Quantile(0.5), std::log(2), 0.02);
  EXPECT_NEAR(*sample.Quantile(0.9), std::log(10), 0.06);
}

}  // namespace
}  // namespace specctl
