#include "tools/specctl/preflight_plan.h"

#include <functional>
#include <vector>

#include <gmock/gmock.h>

namespace specctl::cli {
namespace {

using ::testing::ElementsAre;

// The loads that `search` tries where `kept` says what comes of each.
std::vector<uint32_t> Tried(StreamSearch& search, const std::function<bool(uint32_t)>& kept) {
  std::vector<uint32_t> tried;
  while (const auto streams = search.Next()) {
    tried.push_back(*streams);
    search.AddResult(kept(*streams));
  }
  return tried;
}

TEST(StreamSearchTest, ClimbsToTheHighestWhereAllAreKept) {
  StreamSearch search(4096);
  EXPECT_THAT(Tried(search, [](uint32_t) { return true; }),
              ElementsAre(64, 256, 512, 1024, 2048, 4096));
  EXPECT_EQ(search.highest_kept(), 4096u);
  EXPECT_FALSE(search.lowest_not_kept().has_value());
}

TEST(StreamSearchTest, EndsAtTheHighestThatIsAllowed) {
  StreamSearch small(10);
  EXPECT_THAT(Tried(small, [](uint32_t) { return true; }), ElementsAre(10));
  StreamSearch odd(700);
  EXPECT_THAT(Tried(odd, [](uint32_t) { return true; }), ElementsAre(64, 256, 512, 700));
}

TEST(StreamSearchTest, HalvesTwiceBetweenKeptAndNotKept) {
  StreamSearch search(4096);
  EXPECT_THAT(Tried(search, [](uint32_t streams) { return streams <= 700; }),
              ElementsAre(64, 256, 512, 1024, 1024, 768, 768, 640));
  EXPECT_EQ(search.highest_kept(), 640u);
  EXPECT_EQ(search.lowest_not_kept(), 768u);
}

TEST(StreamSearchTest, AFailureThatDoesNotRepeatIsForgotten) {
  StreamSearch search(512);
  bool failed = false;
  const auto fails_once = [&](uint32_t streams) {
    return streams != 256 || std::exchange(failed, true);
  };
  EXPECT_THAT(Tried(search, fails_once), ElementsAre(64, 256, 256, 512));
  EXPECT_EQ(search.highest_kept(), 512u);
}

TEST(StreamSearchTest, WhereNothingIsKeptItEnds) {
  StreamSearch search(4096);
  EXPECT_THAT(Tried(search, [](uint32_t) { return false; }), ElementsAre(64, 64, 32, 32, 16, 16));
  EXPECT_FALSE(search.highest_kept().has_value());
  StreamSearch one(1);
  EXPECT_THAT(Tried(one, [](uint32_t) { return false; }), ElementsAre(1, 1));
}

TEST(PlanAgentsTest, AnAgentCarriesItsShareOfTheCeiling) {
  const AgentDemand demand = {
      .bs = 512, .chunks_per_s = 50, .ceiling_chunks_per_s = 51'200, .machine_agents = 2};
  const AgentPlan one = PlanAgents(demand);
  EXPECT_EQ(one.chunks_per_s, 25'600);
  EXPECT_EQ(one.agents, 1u);
  EXPECT_EQ(one.machines, 1u);
  AgentDemand more = demand;
  more.bs = 2048;  // 102,400 of 35,840 each
  EXPECT_EQ(PlanAgents(more).agents, 3u);
  EXPECT_EQ(PlanAgents(more).machines, 2u);
}

TEST(PlanAgentsTest, NoAgentIsWithoutASlot) {
  const AgentPlan plan = PlanAgents(
      {.bs = 1, .chunks_per_s = 1000, .ceiling_chunks_per_s = 1000, .machine_agents = 4});
  EXPECT_EQ(plan.agents, 1u);
}

TEST(CheckLoadTest, WhereOneMachineIsEnoughItIsTheDemandOverThePlannedAgents) {
  const AgentDemand demand = {
      .bs = 513, .chunks_per_s = 50, .ceiling_chunks_per_s = 25'600, .machine_agents = 4};
  const StepLoad load = CheckLoad(demand, PlanAgents(demand));
  EXPECT_EQ(load.agents, 2u);
  EXPECT_EQ(load.streams, 513u);
  EXPECT_EQ(load.chunks_per_s, 50);
}

TEST(CheckLoadTest, ElseItIsWhatAMachineIsPlannedToCarry) {
  AgentDemand demand = {
      .bs = 100'000, .chunks_per_s = 50, .ceiling_chunks_per_s = 51'200, .machine_agents = 4};
  const StepLoad load = CheckLoad(demand, PlanAgents(demand));
  EXPECT_EQ(load.agents, 4u);
  EXPECT_EQ(load.streams, 4 * 716u);  // 70 % of 1,024
  EXPECT_LE(load.OfferedPerS(), 4 * kPlannedShare * 51'200);
  demand.ceiling_chunks_per_s = 50;  // one stream: no agent is without
  EXPECT_EQ(CheckLoad(demand, PlanAgents(demand)).streams, 4u);
}

}  // namespace
}  // namespace specctl::cli
