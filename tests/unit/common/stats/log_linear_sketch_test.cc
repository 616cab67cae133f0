#include "common/stats/log_linear_sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "common/stats/quantiles.h"

namespace specctl {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr double kErrorMax = LogLinearSketch::kErrorMax;

// Log-uniform from 1 us to 24 h.
std::vector<Nanos> LogUniform(size_t count, uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::uniform_real_distribution<double> exponent(std::log(1e3), std::log(8.64e13));
  std::vector<Nanos> values(count);
  for (Nanos& value : values) value = Nanos(std::llround(std::exp(exponent(engine))));
  return values;
}

LogLinearSketch SketchOf(const std::vector<Nanos>& values) {
  LogLinearSketch sketch;
  for (const Nanos value : values) sketch.AddValue(value);
  return sketch;
}

void ExpectSame(const LogLinearSketch& a, const LogLinearSketch& b) {
  EXPECT_EQ(a.count(), b.count());
  EXPECT_EQ(a.min(), b.min());
  EXPECT_EQ(a.max(), b.max());
  EXPECT_EQ(a.mean_ns(), b.mean_ns());
  EXPECT_EQ(a.stddev_ns(), b.stddev_ns());
  for (int percent = 0; percent <= 100; ++percent) {
    EXPECT_EQ(a.Quantile(percent / 1e2), b.Quantile(percent / 1e2)) << percent;
  }
}

TEST(LogLinearSketchTest, EmptyHasNoFigures) {
  const LogLinearSketch sketch;
  EXPECT_EQ(sketch.count(), 0u);
  EXPECT_EQ(sketch.min(), std::nullopt);
  EXPECT_EQ(sketch.max(), std::nullopt);
  EXPECT_EQ(sketch.mean_ns(), std::nullopt);
  EXPECT_EQ(sketch.stddev_ns(), std::nullopt);
  EXPECT_EQ(sketch.Quantile(0.5), std::nullopt);
  EXPECT_EQ(sketch.memory_bytes(), 0u);
}

TEST(LogLinearSketchTest, OneValueIsEveryQuantileExactly) {
  LogLinearSketch sketch;
  sketch.AddValue(Nanos(123'456'789));
  for (const double q : {0.0, 0.5, 1.0}) EXPECT_EQ(sketch.Quantile(q), Nanos(123'456'789));
  EXPECT_EQ(sketch.mean_ns(), 123'456'789.0);
  EXPECT_EQ(sketch.stddev_ns(), 0.0);
}

TEST(LogLinearSketchTest, ErrorIsWithinHalfABucketAllOverTheRange) {
  std::vector<Nanos> values = LogUniform(20'000, 1);
  const LogLinearSketch sketch = SketchOf(values);
  std::sort(values.begin(), values.end());
  for (int permille = 0; permille <= 1'000; ++permille) {
    const double q = permille / 1e3;
    const auto exact = static_cast<double>(values[NearestRank(q, values.size()) - 1].count());
    const auto sketched = static_cast<double>(sketch.Quantile(q)->count());
    EXPECT_LE(std::abs(sketched - exact), kErrorMax * exact) << permille;
  }
}

TEST(LogLinearSketchTest, ErrorIsWithinHalfABucketAtEveryBucketEdge) {
  for (int64_t power = 1'024; power < hours(24) / Nanos(1); power *= 2) {
    for (const int64_t value : {power - 1, power, power + power / 1'024 - 1}) {
      LogLinearSketch sketch;  // neighbours, so that no clamping to min or max hides the bucket
      sketch.AddValue(Nanos(value / 2));
      sketch.AddValue(Nanos(value));
      sketch.AddValue(Nanos(value * 2));
      const auto middle = static_cast<double>(sketch.Quantile(0.5)->count());
      EXPECT_LE(std::abs(middle - static_cast<double>(value)),
                kErrorMax * static_cast<double>(value))
          << value;
    }
  }
}

TEST(LogLinearSketchTest, QuantilesNeverFall) {
  const LogLinearSketch sketch = SketchOf(LogUniform(3'000, 2));
  for (int permille = 1; permille <= 1'000; ++permille) {
    EXPECT_LE(sketch.Quantile((permille - 1) / 1e3), sketch.Quantile(permille / 1e3));
  }
  EXPECT_LE(sketch.Quantile(0.01), sketch.Quantile(0.99));
  EXPECT_GE(sketch.Quantile(0), sketch.min());
  EXPECT_LE(sketch.Quantile(1), sketch.max());
}

TEST(LogLinearSketchTest, MergeIsTheSketchOfTheUnionInAnyOrder) {
  const std::vector<Nanos> values = LogUniform(5'000, 3);
  const LogLinearSketch whole = SketchOf(values);
  for (const size_t parts : {1, 2, 7, 64}) {
    LogLinearSketch forward, backward;
    std::vector<LogLinearSketch> shares(parts);
    for (size_t i = 0; i < values.size(); ++i) shares[i % parts].AddValue(values[i]);
    for (size_t i = 0; i < parts; ++i) forward.Merge(shares[i]);
    for (size_t i = parts; i > 0; --i) backward.Merge(shares[i - 1]);
    ExpectSame(forward, whole);
    ExpectSame(backward, whole);
  }
}

TEST(LogLinearSketchTest, ValuesForSeveralSketchesAreInEachAsIfAddedOneByOne) {
  const std::vector<Nanos> numbers = LogUniform(2'000, 4);
  SketchValues values;
  for (const Nanos number : numbers) values.AddValue(number);
  EXPECT_EQ(values.size(), numbers.size());
  LogLinearSketch empty, begun = SketchOf({milliseconds(5)}), one_by_one = begun;
  empty.AddValues(values);
  ExpectSame(empty, SketchOf(numbers));
  begun.AddValues(values);
  begun.AddValues(SketchValues());
  for (const Nanos number : numbers) one_by_one.AddValue(number);
  ExpectSame(begun, one_by_one);
}

TEST(LogLinearSketchTest, MergeWithEmptyChangesNothing) {
  LogLinearSketch sketch = SketchOf({milliseconds(5), milliseconds(9)});
  const LogLinearSketch before = sketch;
  sketch.Merge(LogLinearSketch());
  ExpectSame(sketch, before);
  LogLinearSketch empty;
  empty.Merge(before);
  ExpectSame(empty, before);
}

TEST(LogLinearSketchTest, CountIsThatManyAdds) {
  LogLinearSketch counted, added;
  counted.AddValue(milliseconds(3), 4);
  counted.AddValue(milliseconds(7), 0);
  for (int i = 0; i < 4; ++i) added.AddValue(milliseconds(3));
  ExpectSame(counted, added);
}

TEST(LogLinearSketchTest, ValuesOutsideTheRangeAreCountedAtItsEnds) {
  LogLinearSketch sketch;
  sketch.AddValue(Nanos(-5));
  sketch.AddValue(Nanos(7));
  sketch.AddValue(milliseconds(1));
  sketch.AddValue(hours(30));
  sketch.AddValue(hours(300));
  EXPECT_EQ(sketch.count(), 5u);
  EXPECT_EQ(sketch.min(), Nanos(-5));
  EXPECT_EQ(sketch.max(), hours(300));
  EXPECT_EQ(sketch.Quantile(0), microseconds(1));
  EXPECT_NEAR(Seconds(*sketch.Quantile(1)), 24 * 3'600.0, 24 * 3'600.0 * kErrorMax);
}

TEST(LogLinearSketchTest, SumsOfManyLongValuesAreExact) {
  LogLinearSketch sketch;  // 10^10 hours in nanoseconds are beyond 64 bits
  sketch.AddValue(hours(1), 10'000'000'000);
  sketch.AddValue(hours(3), 10'000'000'000);
  EXPECT_EQ(sketch.mean_ns(), 2 * 3.6e12);
}

TEST(LogLinearSketchTest, StandardDeviationIsThatOfTheValuesNotOfBuckets) {
  std::vector<double> ns;
  const std::vector<Nanos> values = LogUniform(10'000, 11);
  for (const Nanos value : values) ns.push_back(static_cast<double>(value.count()));
  const double exact = Describe(ns)->stddev;
  EXPECT_NEAR(*SketchOf(values).stddev_ns(), exact, 1e-9 * exact);
}

TEST(LogLinearSketchTest, StandardDeviationOfLongValuesThatLieCloseKeepsItsDigits) {
  // A sum of squares less a squared mean has lost them all: 24 h are 8.64e13 ns.
  const Nanos day = hours(24);
  EXPECT_DOUBLE_EQ(*SketchOf({day, day + Nanos(1), day + Nanos(2)}).stddev_ns(),
                   std::sqrt(2 / 3.0));
  LogLinearSketch many;  // their squares add up to more than 2^128
  many.AddValue(day, uint64_t{1} << 40);
  many.AddValue(day + Nanos(4), uint64_t{1} << 40);
  EXPECT_EQ(many.stddev_ns(), 2.0);
}

TEST(LogLinearSketchTest, MemoryGrowsWithTheRangeNotWithTheNumber) {
  LogLinearSketch sketch;
  for (int i = 0; i < 100'000; ++i) sketch.AddValue(Nanos(1'048'576 + i));  // a tenth of an octave
  EXPECT_LE(sketch.memory_bytes(), 4'096u);
  sketch.AddValue(milliseconds(33));  // five octaves up
  EXPECT_LE(sketch.memory_bytes(), 6 * 8'192u);
  sketch.AddValue(Nanos(1));
  sketch.AddValue(hours(48));
  EXPECT_LE(sketch.memory_bytes(), 300'000u);
}

TEST(LogLinearSketchTest, ClearForgetsValuesAndKeepsMemory) {
  LogLinearSketch sketch = SketchOf({microseconds(1), hours(1)});
  const size_t bytes = sketch.memory_bytes();
  sketch.Clear();
  EXPECT_EQ(sketch.Quantile(0.5), std::nullopt);
  EXPECT_EQ(sketch.memory_bytes(), bytes);
  sketch.AddValue(milliseconds(20));
  ExpectSame(sketch, SketchOf({milliseconds(20)}));
  LogLinearSketch other;
  other.Merge(sketch);
  ExpectSame(other, sketch);
  EXPECT_LE(other.memory_bytes(), 4'096u);  // not the wide, empty buckets
}

}  // namespace
}  // namespace specctl
