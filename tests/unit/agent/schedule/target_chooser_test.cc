#include "agent/schedule/target_chooser.h"

#include <gtest/gtest.h>

namespace specctl::agent {
namespace {

TEST(TargetChooserTest, RoundRobinGoesByPositionWhateverIsInFlight) {
  TargetChooser chooser(UrlPolicy::kRoundRobin, 3);
  EXPECT_EQ(chooser.Begin(0), 0u);
  EXPECT_EQ(chooser.Begin(4), 1u);
  EXPECT_EQ(chooser.Begin(7), 1u);
  EXPECT_EQ(chooser.Begin(8), 2u);
  EXPECT_EQ(chooser.in_flight(1), 2u);
}

TEST(TargetChooserTest, LeastInFlightFillsTheEmptiestFirst) {
  TargetChooser chooser(UrlPolicy::kLeastInFlight, 3);
  EXPECT_EQ(chooser.Begin(5), 0u);
  EXPECT_EQ(chooser.Begin(5), 1u);
  EXPECT_EQ(chooser.Begin(5), 2u);
  chooser.End(1);
  EXPECT_EQ(chooser.Begin(0), 1u);
  EXPECT_EQ(chooser.Begin(0), 0u) << "the lowest index among equals";
}

}  // namespace
}  // namespace specctl::agent
