#include "common/figures/reason.h"

#include <gtest/gtest.h>

#include "tests/unit/common/figures/documented_names.h"

namespace specctl {
namespace {

TEST(ReasonTest, TheDocumentListsEachReasonAndNoOther) {
  const std::string section = testing::Section(testing::MetricsDocument(), "Verdict: reasons");
  EXPECT_EQ(testing::NamesInTables(section), testing::NamesOf(ReasonNames()));
}

TEST(ReasonTest, EachHasTheNameOfItsRow) {
  for (const NamedValue<ReasonCode>& named : ReasonNames())
    EXPECT_EQ(ReasonName(named.value), named.name);
  EXPECT_EQ(ReasonName(ReasonCode::kTokensApart), "tokens_apart");
}

}  // namespace
}  // namespace specctl
