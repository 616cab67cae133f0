#include "common/figures/dimension.h"

#include <gtest/gtest.h>

#include "tests/unit/common/figures/documented_names.h"

namespace specctl {
namespace {

TEST(DimensionTest, TheDocumentListsEachDimensionAndNoOther) {
  const std::string section = testing::Section(testing::MetricsDocument(), "Slices");
  const std::string sentence = section.substr(0, section.find(';'));
  EXPECT_EQ(testing::Quoted(sentence), testing::NamesOf(DimensionNames()));
}

TEST(DimensionTest, EachHasTheNameOfItsRow) {
  for (const NamedValue<Dimension>& named : DimensionNames())
    EXPECT_EQ(DimensionName(named.value), named.name);
  EXPECT_EQ(DimensionName(Dimension::kSubCategory), "sub_category");
}

}  // namespace
}  // namespace specctl
