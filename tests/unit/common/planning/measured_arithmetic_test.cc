#include "common/planning/measured_arithmetic.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {
namespace {

TEST(MeasuredArithmeticTest, RelativeErrorsAddInSquares) {
  const Measured product = *ProductOf(MeasuredAs(10, 0.3), MeasuredAs(20, 0.8));
  EXPECT_NEAR(product.value, 200, 1e-9);
  EXPECT_NEAR(product.spread->below, 200 * 0.05, 1e-9);  // 3 % and 4 %
  const Measured quotient = *QuotientOf(MeasuredAs(20, 0.8), MeasuredAs(10, 0.3));
  EXPECT_NEAR(quotient.value, 2, 1e-12);
  EXPECT_NEAR(quotient.spread->above, 0.1, 1e-9);
}

TEST(MeasuredArithmeticTest, AQuotientTurnsTheDivisorsSides) {
  const Measured divisor{.value = 10, .spread = Spread{.below = 1, .above = 0, .degrees = 1e7}};
  const Measured quotient = *QuotientOf(MeasuredAs(20, 0), divisor);
  EXPECT_NEAR(quotient.spread->above, 0.2, 1e-9) << "a smaller divisor makes it larger";
  EXPECT_EQ(quotient.spread->below, 0);
}

TEST(MeasuredArithmeticTest, AHarmonicMeanWeighsBySharesOfOutput) {
  const SharedMeasured parts[] = {{MeasuredAs(2, 0), 0.4}, {MeasuredAs(1, 0.1), 0.6}};
  const Measured mean = *HarmonicMean(parts);
  EXPECT_NEAR(mean.value, 1 / (0.4 / 2 + 0.6 / 1), 1e-12);
  EXPECT_NEAR(mean.spread->below, mean.value * mean.value * 0.6 * 0.1, 1e-9);
}

TEST(MeasuredArithmeticTest, AGeometricMean) {
  const Measured parts[] = {MeasuredAs(1, 0.02), MeasuredAs(4, 0.08)};
  const Measured mean = *GeometricMean(parts);
  EXPECT_NEAR(mean.value, 2, 1e-12);
  EXPECT_NEAR(mean.spread->below, 2 * 0.02 / std::sqrt(2.0), 1e-9);
}

TEST(MeasuredArithmeticTest, OfNothingOrBelowZeroThereIsNone) {
  EXPECT_FALSE(ProductOf(MeasuredAs(0, 1), MeasuredAs(1, 1)));
  EXPECT_FALSE(QuotientOf(MeasuredAs(1, 1), MeasuredAs(0, 1)));
  EXPECT_FALSE(HarmonicMean({}));
  EXPECT_FALSE(GeometricMean({}));
}

TEST(MeasuredArithmeticTest, WithoutASpreadThereIsNone) {
  const Measured bare{.value = 2, .spread = std::nullopt};
  EXPECT_FALSE(ProductOf(bare, MeasuredAs(1, 1))->spread);
  const SharedMeasured parts[] = {{bare, 0.5}, {MeasuredAs(1, 0.1), 0.5}};
  EXPECT_FALSE(HarmonicMean(parts)->spread);
}

}  // namespace
}  // namespace specctl::testing
