#include "common/report/number_text.h"

#include <limits>

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(NumberTextTest, CountsHaveThousandsSeparators) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(1000), "1,000");
  EXPECT_EQ(CountText(1566204), "1,566,204");
  EXPECT_EQ(CountText(std::numeric_limits<uint64_t>::max()), "18,446,744,073,709,551,615");
}

TEST(NumberTextTest, FiguresHaveThreeSignificantDigitsOrMore) {
  EXPECT_EQ(FigureText(21913.4), "21,913");
  EXPECT_EQ(FigureText(301.4), "301");
  EXPECT_EQ(FigureText(42.91), "42.9");
  EXPECT_EQ(FigureText(2.609), "2.61");
  EXPECT_EQ(FigureText(0.5769), "0.577");
  EXPECT_EQ(FigureText(0.0432), "0.0432");
  EXPECT_EQ(FigureText(0), "0");
  EXPECT_EQ(FigureText(-0.0), "0");
}

TEST(NumberTextTest, AFigureThatRoundsUpToTheNextPowerOfTenLosesADigitNotGainsOne) {
  EXPECT_EQ(FigureText(99.96), "100");
  EXPECT_EQ(FigureText(99.94), "99.9");
  EXPECT_EQ(FigureText(9.996), "10.0");
  EXPECT_EQ(FigureText(999.7), "1,000");
}

TEST(NumberTextTest, NegativeFiguresKeepTheirSignOutsideTheSeparators) {
  EXPECT_EQ(FigureText(-123456.0), "-123,456");
  EXPECT_EQ(FigureText(-123.0), "-123");
}

TEST(NumberTextTest, AFigureThatRoundsToZeroHasNoSign) { EXPECT_EQ(FixedText(-0.001, 2), "0.00"); }

TEST(NumberTextTest, WhatIsNotFiniteIsADash) {
  EXPECT_EQ(FigureText(std::numeric_limits<double>::quiet_NaN()), "-");
  EXPECT_EQ(FigureText(std::numeric_limits<double>::infinity()), "-");
}

TEST(NumberTextTest, TheLargestDoubleFits) {
  EXPECT_EQ(FigureText(std::numeric_limits<double>::max()).size(), 309u + 102u);
}

TEST(NumberTextTest, OnlyAWholeShareIsAHundredPercent) {
  EXPECT_EQ(ShareText(0), "0 %");
  EXPECT_EQ(ShareText(0.021), "2.1 %");
  EXPECT_EQ(ShareText(0.61), "61 %");
  EXPECT_EQ(ShareText(0.998), "99.8 %");
  EXPECT_EQ(ShareText(0.99999), "> 99.9 %");
  EXPECT_EQ(ShareText(1), "100 %");
}

TEST(NumberTextTest, SecondsHaveADecimalBelowTen) {
  EXPECT_EQ(SecondsText(61.4), "61 s");
  EXPECT_EQ(SecondsText(4.26), "4.3 s");
}

TEST(NumberTextTest, NounsAgreeWithTheirCount) {
  EXPECT_EQ(CountedText(1, "window"), "1 window");
  EXPECT_EQ(CountedText(0, "window"), "0 windows");
  EXPECT_EQ(CountedText(1200, "window"), "1,200 windows");
}

}  // namespace
}  // namespace specctl
