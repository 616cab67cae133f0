#include "common/analysis/acceptance_counters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ServerCounters DraftCounters(double drafts, double drafted, std::vector<double> by_position) {
  ServerCounters counters;
  counters.drafts = drafts;
  counters.drafted_tokens = drafted;
  counters.accepted_tokens = 0;
  for (const double accepted : by_position) *counters.accepted_tokens += accepted;
  counters.accepted_by_position = std::move(by_position);
  return counters;
}

TEST(AcceptanceOfCountersTest, RatesByPositionOfWholeDraftsAreExact) {
  const auto figures = AcceptanceOfCounters(DraftCounters(100, 300, {80, 40, 10}), false);
  ASSERT_TRUE(figures.has_value());
  EXPECT_THAT(figures->joint, ElementsAre(0.8, 0.4, 0.1));
  EXPECT_THAT(figures->conditional, ElementsAre(0.8, 0.5, 0.25));
  EXPECT_FALSE(figures->conditional_approximate);
  EXPECT_DOUBLE_EQ(figures->per_draft->value, 2.3);
}

TEST(AcceptanceOfCountersTest, OfShortDraftsConditionalRatesAreApproximate) {
  // N-gram speculation: 30 of the 100 drafts proposed fewer than three tokens.
  EXPECT_TRUE(
      AcceptanceOfCounters(DraftCounters(100, 270, {80, 40, 10}), false)->conditional_approximate);
  ServerCounters unknown = DraftCounters(100, 300, {80, 40, 10});
  unknown.drafted_tokens.reset();
  EXPECT_TRUE(AcceptanceOfCounters(unknown, false)->conditional_approximate);
  // A first position is given nothing.
  EXPECT_FALSE(AcceptanceOfCounters(DraftCounters(100, 90, {80}), false)->conditional_approximate);
}

TEST(AcceptanceOfCountersTest, NothingIsAShareOfNothing) {
  const auto figures = AcceptanceOfCounters(DraftCounters(100, 300, {80, 0, 0}), false);
  EXPECT_THAT(figures->joint, ElementsAre(0.8, 0, 0));
  EXPECT_THAT(figures->conditional, ElementsAre(0.8, 0));
  EXPECT_THAT(AcceptanceOfCounters(DraftCounters(100, 300, {}), false)->conditional, IsEmpty());
}

TEST(AcceptanceOfCountersTest, HowManyDraftsWereAsLongIsUsedWhereItIsTold) {
  ServerCounters counters = DraftCounters(100, 190, {70, 36});
  counters.drafted_by_position = {100, 50, 40};
  const auto figures = AcceptanceOfCounters(counters, false);
  EXPECT_THAT(figures->joint, ElementsAre(0.7, 0.36)) << "of all drafts";
  EXPECT_THAT(figures->conditional, ElementsAre(0.7, 0.72)) << "no more than 50 could";
  EXPECT_TRUE(figures->conditional_approximate);
  counters.drafted_by_position = {100, 100, 100};
  const auto whole = AcceptanceOfCounters(counters, false);
  EXPECT_THAT(whole->conditional, ElementsAre(DoubleEq(0.7), DoubleEq(36.0 / 70)));
  EXPECT_FALSE(whole->conditional_approximate);
}

}  // namespace
}  // namespace specctl
