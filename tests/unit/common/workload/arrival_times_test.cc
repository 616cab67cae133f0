#include "common/workload/arrival_times.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "common/base/hash.h"
#include "common/stats/point_process.h"

namespace specctl {
namespace {

using namespace std::chrono_literals;

std::vector<Nanos> First(size_t count, const OpenLoop& loop, uint64_t seed) {
  ArrivalTimes times(loop, seed);
  std::vector<Nanos> first;
  while (first.size() < count) first.push_back(times.Next());
  return first;
}

TEST(ArrivalTimesTest, TheDrawIsTheLogarithmToTheLastBitsOfADouble) {
  for (uint64_t i = 0; i < 2'000; ++i) {
    const uint64_t bits = SplitMix64(i) | 1;
    const double expected = -(std::log(static_cast<double>(bits)) - 64 * std::log(2.0));
    const double drawn = std::ldexp(static_cast<double>(StandardExponential(bits)), -40);
    EXPECT_NEAR(drawn, expected, 1e-11) << bits;
  }
}

TEST(ArrivalTimesTest, TheEndsOfTheRangeAreFinite) {
  EXPECT_EQ(StandardExponential(~uint64_t{0}), 0u);
  EXPECT_NEAR(std::ldexp(static_cast<double>(StandardExponential(0)), -40), 64 * std::log(2.0),
              1e-10);
}

// On every platform and in every version: a plan that is repeated years later is the same.
TEST(ArrivalTimesTest, ArrivalsOfASeedAreTheseForEver) {
  const std::vector<Nanos> poisson = First(4, {.rate_per_s = 1000}, 7);
  EXPECT_EQ(poisson, (std::vector<Nanos>{1754004ns, 7712816ns, 7842594ns, 8581561ns}));
  const OpenLoop constant{.rate_per_s = 3, .process = ArrivalProcess::kConstant};
  EXPECT_EQ(First(3, constant, 7),
            (std::vector<Nanos>{333'333'333ns, 666'666'667ns, 1'000'000'000ns}));
}

TEST(ArrivalTimesTest, AConstantRateDoesNotDrift) {
  const OpenLoop loop{.rate_per_s = 7, .process = ArrivalProcess::kConstant};
  ArrivalTimes times(loop, 0);
  Nanos last{0};
  for (int i = 0; i < 7 * 3'600; ++i) last = times.Next();
  EXPECT_EQ(last, 1h);
}

TEST(ArrivalTimesTest, PoissonGapsAreExponentialAndCountsPoisson) {
  constexpr double kRate = 200;
  const std::vector<Nanos> times = First(40'000, {.rate_per_s = kRate}, 3);
  EXPECT_NEAR(40'000 / Seconds(times.back()), kRate, 0.02 * kRate);
  std::vector<double> gaps;
  std::vector<uint64_t> counts(static_cast<size_t>(Seconds(times.back()) / 0.1));
  for (size_t i = 0; i < times.size(); ++i) {
    if (i > 0) gaps.push_back(Seconds(times[i] - times[i - 1]));
    const auto window = static_cast<size_t>(Seconds(times[i]) / 0.1);
    if (window < counts.size()) ++counts[window];
  }
  const auto fit = FitTo(gaps, [](double gap) { return -std::expm1(-kRate * gap); });
  EXPECT_GT(fit->p_value, 0.01);
  const DispersionRange range = PoissonDispersion(counts.size());
  EXPECT_GT(*IndexOfDispersion(counts), range.low);
  EXPECT_LT(*IndexOfDispersion(counts), range.high);
}

TEST(ArrivalTimesTest, SeedsAndRatesChangeThem) {
  EXPECT_NE(First(3, {.rate_per_s = 10}, 1), First(3, {.rate_per_s = 10}, 2));
  const auto slow = First(3, {.rate_per_s = 10}, 1), fast = First(3, {.rate_per_s = 20}, 1);
  // The same draws, on another scale.
  EXPECT_NEAR(Seconds(slow[2]), 2 * Seconds(fast[2]), 1e-8);
}

TEST(ArrivalTimesTest, OneADayIsNoOverflow) {
  EXPECT_GT(First(10, {.rate_per_s = 1e-5}, 1).back(), 24h);
}

}  // namespace
}  // namespace specctl
