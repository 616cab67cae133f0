#include "controller/measure/fleet_fit.h"

#include <string>

#include <gmock/gmock.h>

namespace specctl::controller {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

FleetFacts Machine(uint64_t files_max) {
  FleetFacts fleet;
  fleet.hosts = {{.name = "", .cores = 4, .files_max = files_max}};
  fleet.controller_files_max = files_max;
  return fleet;
}

std::string LimitRefusal(uint32_t bs, uint32_t agents, uint64_t files_max) {
  const absl::Status status = FitFleet(ClosedLoop{bs}, agents, Machine(files_max)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  return std::string(status.message());
}

TEST(FleetFitTest, SlotsThatDoNotFitAreRefusedWithARemedyThatFits) {
  EXPECT_TRUE(FitFleet(ClosedLoop{512}, 1, Machine(1024)).ok());
  const std::string text = LimitRefusal(4096, 2, 1024);
  EXPECT_THAT(text, HasSubstr("--bs 4096 over --agents 2: an agent would need 2112 open files, but "
                              "the limit here is 1024; use --agents 5, or "));
  EXPECT_THAT(text, HasSubstr("ulimit -n 2112"));
  EXPECT_TRUE(FitFleet(ClosedLoop{4096}, 5, Machine(1024)).ok());
  EXPECT_TRUE(FitFleet(ClosedLoop{4096}, 2, Machine(2112)).ok());
}

TEST(FleetFitTest, TheFewestAgentsThatFitAreNamed) {
  EXPECT_THAT(LimitRefusal(384, 1, 256), HasSubstr("use --agents 2,"));
  EXPECT_TRUE(FitFleet(ClosedLoop{384}, 2, Machine(256)).ok());
}

TEST(FleetFitTest, WhereNoNumberOfAgentsFitsTheLimitAloneIsNamed) {
  const std::string few = LimitRefusal(300, 2, 60);
  EXPECT_THAT(few, Not(HasSubstr("use --agents")));
  EXPECT_THAT(few, HasSubstr("ulimit -n 214"));
  // 50 agents of 6 slots would fit, but the controller could not hold 50 sessions.
  EXPECT_THAT(LimitRefusal(300, 2, 70), Not(HasSubstr("use --agents")));
  EXPECT_THAT(LimitRefusal(1, 1, 64), Not(HasSubstr("use --agents")));
}

TEST(FleetFitTest, TheControllersOwnFilesCount) {
  EXPECT_THAT(LimitRefusal(51, 51, 70), HasSubstr("the controller would need 134 open files"));
}

TEST(FleetFitTest, StreamsThatFitAreThoseThatARunIsAllowed) {
  EXPECT_EQ(StreamsThatFit(1024), 960u);
  EXPECT_TRUE(FitFleet(ClosedLoop{960}, 1, Machine(1024)).ok());
  EXPECT_FALSE(FitFleet(ClosedLoop{961}, 1, Machine(1024)).ok());
  EXPECT_EQ(StreamsThatFit(64), 0u);
}

TEST(FleetFitTest, AgentsAreOneForEach256StreamsAndAtMostOneACore) {
  FleetFacts fleet = Machine(100'000);
  EXPECT_EQ(*FitFleet(ClosedLoop{1}, {}, fleet), 1u);
  EXPECT_EQ(*FitFleet(ClosedLoop{256}, {}, fleet), 1u);
  EXPECT_EQ(*FitFleet(ClosedLoop{257}, {}, fleet), 2u);
  EXPECT_EQ(*FitFleet(ClosedLoop{512}, 16, fleet), 16u);
  EXPECT_EQ(*FitFleet(ClosedLoop{4096}, {}, fleet), 4u);
  fleet.hosts.push_back({.name = "b", .cores = 12, .files_max = 100'000});
  EXPECT_EQ(*FitFleet(ClosedLoop{8192}, {}, fleet), 16u);
}

TEST(FleetFitTest, MoreAgentsThanStreamsAreRefused) {
  const auto few = FitFleet(ClosedLoop{8}, 16, Machine(1024));
  EXPECT_EQ(few.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(few.status().message(), "--bs: need at least one slot per agent (--agents 16), got 8");
}

TEST(FleetFitTest, WhatMembersSayOfTheirHostsCounts) {
  FleetFacts here = Machine(1000);
  here.hosts[0].boot_id = "boot-here";
  const std::vector<FleetMember> members = {
      {.host = {.hostname = "here", .boot_id = "boot-here", .cores = 4, .files_max = 500}},
      {.host = {.hostname = "node-1", .boot_id = "boot-1", .cores = 8, .files_max = 4000}},
      {.host = {.hostname = "node-1", .boot_id = "boot-1", .cores = 8, .files_max = 300}}};
  const FleetFacts fleet = WithMembers(here, members);
  ASSERT_EQ(fleet.hosts.size(), 2u);
  EXPECT_EQ(fleet.hosts[0].files_max, 500u);
  EXPECT_EQ(fleet.hosts[1].files_max, 300u);
  EXPECT_THAT(std::string(FitFleet(ClosedLoop{600}, 1, fleet).status().message()),
              HasSubstr("on node-1"));
}

TEST(FleetFitTest, TheCoresOfMembersHostsCountOnceAHost) {
  const FleetMember member = {
      .host = {.hostname = "node-1", .boot_id = "boot-1", .cores = 8, .files_max = 1 << 20}};
  const FleetFacts fleet = WithMembers(Machine(1 << 20), std::vector{member, member});
  EXPECT_EQ(*FitFleet(ClosedLoop{256 * 100}, std::nullopt, fleet), 12u);
}

TEST(FleetFitTest, OfSeveralHostsTheNarrowestDecidesAndIsNamed) {
  FleetFacts fleet = Machine(100'000);
  fleet.hosts.push_back({.name = "gpu-7", .cores = 4, .files_max = 1024});
  EXPECT_THAT(std::string(FitFleet(ClosedLoop{4096}, 2, fleet).status().message()),
              HasSubstr("an agent would need 2112 open files, but the limit on gpu-7 is 1024; use "
                        "--agents 5, or raise it in the agents' shell: ulimit -n 2112"));
  EXPECT_TRUE(FitFleet(ClosedLoop{4096}, 5, fleet).ok());
}

}  // namespace
}  // namespace specctl::controller
