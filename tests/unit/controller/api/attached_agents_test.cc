#include "controller/api/attached_agents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/workload/load_job.h"

namespace specctl::controller {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kManyFiles = 100'000;

MeasureRequest Load(uint32_t bs, std::optional<uint32_t> agents = std::nullopt) {
  MeasureRequest request;
  request.spec.load.shape = ClosedLoop{bs};
  request.agents = agents;
  return request;
}

// Each on a host of its own.
std::vector<FleetMember> Attached(uint32_t count, uint32_t cores = 4,
                                  uint64_t files_max = kManyFiles) {
  std::vector<FleetMember> members(count);
  for (uint32_t i = 0; i < count; ++i) {
    HostFacts& host = members[i].host;
    host.hostname = "host-" + std::to_string(i);
    host.boot_id = "boot-" + std::to_string(i);
    host.cores = cores;
    host.files_max = files_max;
    members[i].connected = true;
  }
  return members;
}

std::string RefusalOf(const MeasureRequest& request, const std::vector<FleetMember>& attached,
                      absl::StatusCode code) {
  const absl::Status status = ChooseAgents(request, attached, kManyFiles).status();
  EXPECT_EQ(status.code(), code) << status;
  return std::string(status.message());
}

TEST(AttachedAgentsTest, AsManyAreTakenAsAreAskedFor) {
  EXPECT_EQ(*ChooseAgents(Load(8, 2), Attached(5), kManyFiles), 2u);
  EXPECT_EQ(*ChooseAgents(Load(8, 5), Attached(5), kManyFiles), 5u);
}

TEST(AttachedAgentsTest, WithoutAWishTheLoadDecidesAndAtMostAllAreTaken) {
  EXPECT_EQ(*ChooseAgents(Load(8), Attached(5), kManyFiles), 1u);
  EXPECT_EQ(*ChooseAgents(Load(1024), Attached(5), kManyFiles), 4u);
  EXPECT_EQ(*ChooseAgents(Load(4096), Attached(5), kManyFiles), 5u);
  EXPECT_EQ(*ChooseAgents(Load(4096), Attached(8, /*cores=*/1), kManyFiles), 8u);
}

TEST(AttachedAgentsTest, WhereTooFewAreAttachedItSaysHowToGetThem) {
  constexpr auto kCode = absl::StatusCode::kNotFound;
  EXPECT_EQ(RefusalOf(Load(8, 4), Attached(1), kCode),
            "--agents 4: only 1 is attached to this controller; start 3 more (specctl agent "
            "--controller HOST:PORT --count 3; in Kubernetes: kubectl scale statefulset "
            "RELEASE-specctl-agent --replicas 4), or wait for them with --wait-agents 5m");
  EXPECT_THAT(RefusalOf(Load(8, 4), Attached(2), kCode), HasSubstr("only 2 are attached"));
  EXPECT_THAT(RefusalOf(Load(8), {}, kCode), HasSubstr("--agents 1: only 0 are attached"));
  EXPECT_THAT(RefusalOf(Load(8, 3), {}, kCode), HasSubstr("--agents 3: only 0 are attached"));
}

TEST(AttachedAgentsTest, WhatNoNumberOfAgentsWouldMendIsToldAtOnce) {
  EXPECT_THAT(RefusalOf(Load(2, 3), Attached(1), absl::StatusCode::kInvalidArgument),
              HasSubstr("--bs: need at least one slot per agent (--agents 3), got 2"))
      << "not that two more are to be started";
}

TEST(AttachedAgentsTest, TheAgentsHostsHaveToHoldTheirShare) {
  const uint64_t fits = 512 + kAgentFiles;
  EXPECT_TRUE(ChooseAgents(Load(1024, 2), Attached(2, 4, fits), kManyFiles).ok());
  EXPECT_THAT(
      RefusalOf(Load(1024, 2), Attached(2, 4, fits - 1), absl::StatusCode::kResourceExhausted),
      HasSubstr("the limit on host-0 is"));
  EXPECT_EQ(ChooseAgents(Load(1024, 2), Attached(2), /*controller_files_max=*/10).status().code(),
            absl::StatusCode::kResourceExhausted);
}

// The share of each is larger where fewer are there than the load would have.
TEST(AttachedAgentsTest, TheShareThatIsCheckedIsThatOfTheAgentsThatAreTaken) {
  const uint64_t fits = 256 + kAgentFiles;
  EXPECT_EQ(*ChooseAgents(Load(1024), Attached(4, 4, fits), kManyFiles), 4u);
  EXPECT_THAT(RefusalOf(Load(1024), Attached(1, 4, fits), absl::StatusCode::kResourceExhausted),
              HasSubstr("--bs 1024 over --agents 1: an agent would need 1088 open files"));
}

TEST(AttachedAgentsTest, AgentsOfOneBootShareAHost) {
  std::vector<FleetMember> members = Attached(3, 4, 1'000);
  members[1].host.boot_id = members[0].host.boot_id;
  members[1].host.files_max = 500;
  const FleetFacts facts = AttachedFacts(members, 77);
  ASSERT_EQ(facts.hosts.size(), 2u);
  EXPECT_EQ(facts.hosts[0].name, "host-0");
  EXPECT_EQ(facts.hosts[0].files_max, 500u);
  EXPECT_EQ(facts.hosts[1].name, "host-2");
  EXPECT_EQ(facts.hosts[1].cores, 4u);
  EXPECT_EQ(facts.controller_files_max, 77u);
}

}  // namespace
}  // namespace specctl::controller
