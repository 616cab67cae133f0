#include "common/security/peer_role.h"

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(PeerRoleTest, EachRoleIsFoundAgainByItsNames) {
  for (const PeerRole role : kPeerRoles) {
    EXPECT_EQ(RoleNamed(NameOf(role)), role);
    EXPECT_EQ(RoleOfCommonName(CommonNameOf(role)), role);
  }
  EXPECT_EQ(NameOf(PeerRole::kController), "controller");
  EXPECT_EQ(CommonNameOf(PeerRole::kAgent), "specctl-agent");
}

TEST(PeerRoleTest, OnlyAnExactNameIsARole) {
  for (const char* other : {"", "agent", "specctl-", "specctl-agents", "specctl-Agent",
                            "specctl-agent ", "x.specctl-agent"}) {
    EXPECT_EQ(RoleOfCommonName(other), std::nullopt) << other;
  }
  // A name may hold a zero byte, at which C would end it.
  EXPECT_EQ(RoleOfCommonName(std::string_view("specctl-agent\0.org", 18)), std::nullopt);
  EXPECT_EQ(RoleNamed(""), std::nullopt);
  EXPECT_EQ(RoleNamed("specctl-agent"), std::nullopt);
}

}  // namespace
}  // namespace specctl
