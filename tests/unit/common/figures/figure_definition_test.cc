#include "common/figures/figure_definition.h"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(FigureDefinitionTest, KindsUnitsAndSidesHaveNamesOfTheirOwn) {
  std::set<std::string_view> kinds, units;
  for (int i = 0; i <= static_cast<int>(FigureKind::kQualifier); ++i) {
    kinds.insert(KindName(static_cast<FigureKind>(i)));
  }
  for (int i = 0; i <= static_cast<int>(Unit::kShare); ++i) {
    units.insert(UnitName(static_cast<Unit>(i)));
  }
  EXPECT_EQ(kinds.size(), static_cast<size_t>(FigureKind::kQualifier) + 1);
  EXPECT_EQ(units.size(), static_cast<size_t>(Unit::kShare) + 1);
  EXPECT_EQ(BetterName(Better::kUp), "up");
  EXPECT_EQ(BetterName(Better::kDown), "down");
  EXPECT_EQ(BetterName(Better::kNeither), "neither");
}

}  // namespace
}  // namespace specctl
