#include "common/figures/label.h"

#include <gtest/gtest.h>

#include "tests/unit/common/figures/documented_names.h"

namespace specctl {
namespace {

TEST(LabelTest, TheDocumentListsEachLabelAndNoOther) {
  const std::string section = testing::Section(testing::MetricsDocument(), "Verdict: labels");
  EXPECT_EQ(testing::NamesInTables(section), testing::NamesOf(LabelNames()));
}

TEST(LabelTest, EachHasTheNameOfItsRow) {
  for (const NamedValue<Label>& named : LabelNames()) EXPECT_EQ(LabelName(named.value), named.name);
  EXPECT_EQ(LabelName(Label::kServerBurst), "server_burst");
}

}  // namespace
}  // namespace specctl
