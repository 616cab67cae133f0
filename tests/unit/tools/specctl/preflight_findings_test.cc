#include "tools/specctl/preflight_findings.h"

#include <gtest/gtest.h>

namespace specctl::cli {
namespace {

JudgedStep JudgedAs(uint32_t streams, StepState state) {
  JudgedStep step;
  step.load = {.streams = streams, .chunks_per_s = 50};
  step.state = state;
  return step;
}

// Agents kept 512 streams each, and did not keep 1,024, as `state` says.
Preflight FoundBy(StepState state, uint32_t agents = 1) {
  Preflight preflight;
  preflight.chunks_per_s = 50;
  preflight.bs = 512;
  preflight.cores = 2;
  preflight.agents = agents;
  preflight.steps = {JudgedAs(512 * agents, StepState::kKept), JudgedAs(1024 * agents, state)};
  preflight.streams_kept = 512;
  preflight.streams_not_kept = 1024;
  return preflight;
}

Preflight CheckedAt512(StepState state) {
  Preflight preflight = FoundBy(StepState::kDistorted);
  preflight.checks = {JudgedAs(512, state)};
  return preflight;
}

TEST(PreflightFindingsTest, OnlyADistortionShowsTheCeiling) {
  EXPECT_FALSE(IsLowerBound(FoundBy(StepState::kDistorted)));
  EXPECT_FALSE(IsLowerBound(FoundBy(StepState::kDistorted, 4)));
  EXPECT_TRUE(IsLowerBound(FoundBy(StepState::kNullServerLate)));
  Preflight all_kept = FoundBy(StepState::kKept);
  all_kept.streams_not_kept.reset();
  EXPECT_TRUE(IsLowerBound(all_kept));
}

TEST(PreflightFindingsTest, TheCeilingIsOneAgentsAlsoWhereSeveralWereAtWork) {
  EXPECT_EQ(CeilingPerS(FoundBy(StepState::kDistorted)), 25'600);
  EXPECT_EQ(CeilingPerS(FoundBy(StepState::kDistorted, 4)), 25'600);
}

TEST(PreflightFindingsTest, AMachineCarriesAnAgentACoreOrAsManyAsWereMeasured) {
  EXPECT_EQ(DemandOf(FoundBy(StepState::kDistorted))->machine_agents, 2u);
  EXPECT_EQ(DemandOf(FoundBy(StepState::kDistorted, 4))->machine_agents, 4u);
  Preflight found = FoundBy(StepState::kDistorted);
  found.bs = 1024;  // 51,200 of 17,920 each
  EXPECT_EQ(PlanOf(found)->machines, 2u);
  found.agents = 3;
  EXPECT_EQ(PlanOf(found)->machines, 1u);
}

TEST(PreflightFindingsTest, AttachedAgentsCountAsOneMachine) {
  Preflight found = FoundBy(StepState::kDistorted, 3);
  found.attached = 3;
  EXPECT_EQ(DemandOf(found)->machine_agents, 3u);
  found.cores = 64;
  EXPECT_EQ(DemandOf(found)->machine_agents, 3u);
  EXPECT_EQ(CeilingStep(found)->load.streams, 3 * 512u);
  EXPECT_EQ(LimitStep(found)->load.streams, 3 * 1024u);
  EXPECT_EQ(LimitStep(FoundBy(StepState::kNullServerLate)), nullptr);
}

TEST(PreflightFindingsTest, WithoutAKeptLoadNothingFollows) {
  Preflight found = FoundBy(StepState::kDistorted);
  found.streams_kept.reset();
  EXPECT_FALSE(CeilingPerS(found).has_value());
  EXPECT_FALSE(DemandOf(found).has_value());
  EXPECT_FALSE(PlanOf(found).has_value());
}

TEST(PreflightFindingsTest, ThisMachineCarriesWhatTheCheckKept) {
  EXPECT_EQ(MachineCarriesIt(CheckedAt512(StepState::kKept)), true);
  EXPECT_EQ(MachineCarriesIt(CheckedAt512(StepState::kDistorted)), false);
  EXPECT_EQ(MachineCarriesIt(CheckedAt512(StepState::kNullServerLate)), std::nullopt);
  EXPECT_EQ(MachineCarriesIt(FoundBy(StepState::kDistorted)), std::nullopt);
  Preflight too_much = CheckedAt512(StepState::kKept);  // of the machine's share
  too_much.bs = 4096;
  EXPECT_EQ(MachineCarriesIt(too_much), false);
}

TEST(PreflightFindingsTest, TheLastCheckCounts) {
  Preflight found = CheckedAt512(StepState::kDistorted);
  found.checks.push_back(JudgedAs(512, StepState::kKept));
  EXPECT_EQ(CheckedState(found), StepState::kKept);
  EXPECT_EQ(MachineCarriesIt(found), true);
}

}  // namespace
}  // namespace specctl::cli
