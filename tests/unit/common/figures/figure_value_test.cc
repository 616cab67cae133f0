#include "common/figures/figure_value.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(FigureValueTest, WhatIsEmptyIsAbsent) {
  EXPECT_TRUE(IsAbsent(ValueOf(std::optional<Estimate>())));
  EXPECT_TRUE(IsAbsent(ValueOf(std::optional<Distribution>())));
  EXPECT_TRUE(IsAbsent(ValueOf(Distribution{})));
  EXPECT_TRUE(IsAbsent(ValueOf(std::vector<double>())));
  EXPECT_TRUE(IsAbsent(ValueOf(std::optional<double>())));
}

TEST(FigureValueTest, ZeroIsAValue) {
  EXPECT_EQ(std::get<double>(ValueOf(0.0)), 0);
  EXPECT_EQ(std::get<uint64_t>(ValueOf(uint64_t{0})), 0u);
  EXPECT_FALSE(std::get<bool>(ValueOf(false)));
}

TEST(FigureValueTest, EachFieldKeepsItsForm) {
  const std::optional<Distribution> described = Distribution{.count = 3, .mean = 2};
  const std::vector<uint64_t> steps = {4, 5};
  EXPECT_EQ(std::get<const Distribution*>(ValueOf(described)), &*described);
  EXPECT_EQ(std::get<std::span<const uint64_t>>(ValueOf(steps))[1], 5u);
  EXPECT_EQ(std::get<Estimate>(ValueOf(std::optional(Estimate{.value = 7}))).value, 7);
  EXPECT_EQ(std::get<GaugeSummary>(ValueOf(GaugeSummary{.mean = 1, .max = 2})).max, 2);
}

}  // namespace
}  // namespace specctl
