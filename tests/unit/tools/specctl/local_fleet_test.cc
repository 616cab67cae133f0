#include "tools/specctl/local_fleet.h"

#include <sys/resource.h>

#include <gtest/gtest.h>

namespace specctl::cli {
namespace {

TEST(LocalFleetTest, ItsLimitOfFilesIsTheHardOne) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit lower = before;
  lower.rlim_cur = before.rlim_max / 2;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
  const controller::FleetFacts fleet = LocalFleet();
  ASSERT_EQ(fleet.hosts.size(), 1u);
  EXPECT_EQ(fleet.hosts[0].files_max, before.rlim_max);
  EXPECT_EQ(fleet.controller_files_max, before.rlim_max);
  EXPECT_GE(fleet.hosts[0].cores, 1u);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace specctl::cli
