#include "common/analysis/failure_table.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(FailureTableTest, CausesAreTextAndReasonMostFrequentFirst) {
  FailureTable table;
  table.AddFailure("503 (http://a)", "http://a:80: HTTP status 503: overloaded");
  for (int i = 0; i < 2; ++i)
    table.AddFailure("error event (http://a)", "http://a:80: error event: boom");
  const std::vector<FailureCause> causes = table.Causes();
  ASSERT_EQ(causes.size(), 2u);
  EXPECT_EQ(causes[0].text, "error event (http://a)");
  EXPECT_EQ(causes[0].reason, "error event: boom");
  EXPECT_EQ(causes[0].requests, 2u);
  EXPECT_EQ(causes[1].reason, "HTTP status 503: overloaded");
}

TEST(FailureTableTest, ReasonsThatDifferInNumbersAloneAreOne) {
  FailureTable table;
  table.AddFailure("error event (x)", "https://[::1]:80: request a7f of 12:31 lost");
  table.AddFailure("error event (x)", "https://[::1]:80: request b8 of 9:02 lost");
  table.AddFailure("error event (x)", "request b8 of 9:02 was lost");
  const std::vector<FailureCause> causes = table.Causes();
  ASSERT_EQ(causes.size(), 2u);
  EXPECT_EQ(causes[0].reason, "request a7f of 12:31 lost");
  EXPECT_EQ(causes[0].requests, 2u);
}

TEST(FailureTableTest, EachServerMaySayWhateverItWantsWithinBounds) {
  FailureTable table;
  std::string reason;
  for (int i = 0; i < 1000; ++i) table.AddFailure("x", reason += 'a');
  const std::vector<FailureCause> causes = table.Causes();
  ASSERT_EQ(causes.size(), FailureTable::kReasonsMax + 1);
  EXPECT_EQ(causes[0].reason, "");
  EXPECT_EQ(causes[0].requests, 1000 - FailureTable::kReasonsMax);
}

}  // namespace
}  // namespace specctl
