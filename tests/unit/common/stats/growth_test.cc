#include "common/stats/growth.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace specctl {
namespace {

// Requests in flight at an open-loop server, by the second: arrivals at `rate`, `capacity` served.
std::vector<double> InFlight(double rate, double capacity, int seconds, std::mt19937_64& random) {
  std::poisson_distribution<int> begin(rate / 20), end(capacity / 20);
  double in_flight = 0;
  std::vector<double> series;
  for (int second = -60; second < seconds; ++second) {
    // A server that is overloaded from the start has a queue where the hold begins; a stable one
    // has had a minute to settle.
    double sum = 0;
    for (int step = 0; step < 20; ++step) {
      in_flight = std::max(0.0, in_flight + begin(random) - end(random));
      sum += in_flight / 20;
    }
    if (second >= 0) series.push_back(sum);
  }
  return series;
}

std::vector<double> Correlated(double rho, int values, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  std::vector<double> series;
  double now = normal(random) / std::sqrt(1 - rho * rho);
  for (int i = 0; i < values; ++i) {
    now = rho * now + normal(random);
    series.push_back(50 + 5 * now);
  }
  return series;
}

template <class Series>
double FoundShare(const Series& series, double least, int runs = 500) {
  std::mt19937_64 random(9);
  int found = 0;
  for (int run = 0; run < runs; ++run) found += FindGrowth(series(random), least) ? 1 : 0;
  return static_cast<double>(found) / runs;
}

TEST(GrowthTest, AQueueThatGrowsIsFound) {
  const auto overloaded = [](double by, int seconds) {
    return [=](std::mt19937_64& random) { return InFlight(100 * by, 100, seconds, random); };
  };
  EXPECT_GT(FoundShare(overloaded(1.1, 60), 2), 0.95);
  EXPECT_GT(FoundShare(overloaded(1.2, 30), 2), 0.95);
  EXPECT_GT(FoundShare(overloaded(1.05, 180), 2), 0.9);
}

TEST(GrowthTest, AStableServerHasNone) {
  const auto stable = [](double load) {
    return [=](std::mt19937_64& random) { return InFlight(100 * load, 100, 60, random); };
  };
  EXPECT_LT(FoundShare(stable(0.7), 2), 0.01);
  EXPECT_LT(FoundShare(stable(0.9), 2), 0.03);
}

TEST(GrowthTest, CorrelatedNoiseIsNoGrowth) {
  for (const double rho : {0.0, 0.5, 0.8}) {
    const auto noise = [=](std::mt19937_64& random) { return Correlated(rho, 60, random); };
    EXPECT_LT(FoundShare(noise, 0), 0.03) << rho;
  }
}

TEST(GrowthTest, TellsFromWhereToWhere) {
  std::vector<double> series;
  for (int i = 0; i < 100; ++i) series.push_back(10 + 0.5 * i + (i * 7 % 5));
  const auto growth = FindGrowth(series, 5);
  ASSERT_TRUE(growth);
  EXPECT_NEAR(growth->from, 12, 1);
  EXPECT_NEAR(growth->to, 62, 1);
  EXPECT_LT(growth->p_value, 0.001);
  EXPECT_FALSE(FindGrowth(series, 60)) << "what rises by less than asked for is none";
}

TEST(GrowthTest, AFallOrAPeakIsNoGrowth) {
  std::vector<double> falls, peak(100, 3);
  for (int i = 0; i < 100; ++i) falls.push_back(100 - i);
  peak[95] = 1'000;
  EXPECT_FALSE(FindGrowth(falls, 0));
  EXPECT_FALSE(FindGrowth(peak, 0));
  EXPECT_FALSE(FindGrowth(std::vector<double>(100, 5), 0));
}

TEST(GrowthTest, AShortSeriesTellsNothing) {
  std::vector<double> series;
  for (int i = 0; i < 19; ++i) series.push_back(i);
  EXPECT_FALSE(TrendOf(series));
  series.push_back(19);
  EXPECT_TRUE(FindGrowth(series, 5));
}

}  // namespace
}  // namespace specctl
