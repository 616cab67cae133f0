#include "controller/run/arm_lead.h"

#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

AgentRoster Roster(Nanos slowest, const std::string& second_boot) {
  AgentRoster roster(2, 0);
  roster[0].host.boot_id = "boot-a";
  roster[1].host.boot_id = second_boot;
  roster[1].prepare_round_trip = slowest;
  return roster;
}

TEST(ArmLeadTest, IsThreeTimesTheSlowestRoundTrip) {
  EXPECT_EQ(ArmLead(Roster(milliseconds(200), "boot-a"), Nanos(0), "boot-a"), milliseconds(600));
}

TEST(ArmLeadTest, IsATenthOfASecondAtLeastAndTwentySecondsAtMost) {
  EXPECT_EQ(ArmLead(Roster(milliseconds(1), "boot-a"), Nanos(0), "boot-a"), milliseconds(100));
  EXPECT_EQ(ArmLead(Roster(seconds(25), "boot-a"), Nanos(0), "boot-a"), seconds(20));
}

TEST(ArmLeadTest, IsASecondAtLeastWhereAnAgentGoesByTheWallClock) {
  EXPECT_EQ(ArmLead(Roster(milliseconds(1), "boot-b"), Nanos(0), "boot-a"), seconds(1));
  EXPECT_EQ(ArmLead(Roster(milliseconds(1), ""), Nanos(0), ""), seconds(1));
}

TEST(ArmLeadTest, WaitsForTheDiskAsWell) {
  EXPECT_EQ(ArmLead(Roster(milliseconds(100), "boot-a"), milliseconds(300), "boot-a"),
            milliseconds(1200));
}

}  // namespace
}  // namespace specctl::controller
