#include "agent/schedule/conversation_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace specctl::agent {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

constexpr MonoTime kNow{Nanos(1'000'000'000)};

// A slice of a dataset whose row k has turns[k] turns.
Slice MakeSlice(uint32_t agent, uint32_t agents, std::vector<uint32_t> turns,
                std::optional<uint64_t> positions_end = std::nullopt,
                std::optional<uint32_t> last_position_turns = std::nullopt) {
  Slice slice;
  slice.agent = agent;
  slice.agents = agents;
  slice.rows = turns.size();
  slice.limits.positions_end = positions_end;
  slice.limits.last_position_turns = last_position_turns;
  for (const uint64_t index : OrderIndicesOfAgent(agent, agents, slice.rows, slice.limits)) {
    WorkloadItem item;
    item.question_id = "q" + std::to_string(index);
    item.turns.resize(turns[index]);
    slice.entries.push_back({index, item});
  }
  return slice;
}

std::vector<uint64_t> TakePositions(ConversationFeed& feed, size_t max) {
  std::vector<uint64_t> positions;
  while (positions.size() < max) {
    const auto assignment = feed.Next(kNow);
    if (!assignment) break;
    positions.push_back(assignment->position);
  }
  return positions;
}

uint64_t Requests(const std::vector<Unassigned>& stock, UnassignedReason reason) {
  uint64_t requests = 0;
  for (const Unassigned& entry : stock) requests += entry.reason == reason ? entry.requests : 0;
  return requests;
}

TEST(ConversationFeedTest, HandsOutEveryAgentsthPositionInOrderUpToTheEnd) {
  const Slice slice = MakeSlice(1, 3, {1, 1, 1, 1, 1}, 11);
  ConversationFeed feed(slice, std::nullopt);
  EXPECT_THAT(TakePositions(feed, 100), ElementsAre(1, 4, 7, 10));
  EXPECT_TRUE(feed.TakeStock().empty());
}

TEST(ConversationFeedTest, PositionsBeyondTheDatasetRepeatIt) {
  const Slice slice = MakeSlice(0, 2, {1, 1, 1});
  ConversationFeed feed(slice, std::nullopt);
  std::vector<std::string> questions;
  for (int i = 0; i < 4; ++i) {
    questions.push_back(feed.Next(kNow)->item->question_id);
  }
  EXPECT_THAT(questions, ElementsAre("q0", "q2", "q1", "q0"));
}

TEST(ConversationFeedTest, ARequestLimitCutsTheLastConversationShort) {
  const Slice slice = MakeSlice(0, 1, {2, 3}, 2, 1);
  ConversationFeed feed(slice, std::nullopt);
  EXPECT_EQ(feed.Next(kNow)->turns, 2u);
  EXPECT_EQ(feed.Next(kNow)->turns, 1u);
  EXPECT_EQ(feed.Next(kNow), std::nullopt);
}

TEST(ConversationFeedTest, NothingBeginsFromTheTimeLimitOn) {
  const Slice slice = MakeSlice(0, 1, {1, 1}, 10);
  ConversationFeed feed(slice, kNow + 5s);
  EXPECT_TRUE(feed.Next(kNow + 5s - 1ns));
  EXPECT_FALSE(feed.MayBegin(kNow + 5s));
  EXPECT_FALSE(feed.Next(kNow + 5s));
  EXPECT_EQ(Requests(feed.TakeStock(), UnassignedReason::kLimit), 9u);
}

TEST(ConversationFeedTest, UnderADurationAloneOnlyBegunConversationsArePlanned) {
  const Slice slice = MakeSlice(0, 1, {4, 1});
  ConversationFeed feed(slice, kNow + 5s);
  feed.Next(kNow);
  feed.AbandonAtStop(3);
  const auto stock = feed.TakeStock();
  ASSERT_EQ(stock.size(), 1u);
  EXPECT_EQ(stock[0].reason, UnassignedReason::kLimit);
  EXPECT_EQ(stock[0].requests, 3u);
}

TEST(ConversationFeedTest, TheFirstReasonToStopStays) {
  const Slice slice = MakeSlice(0, 1, {2, 2}, 2);
  ConversationFeed feed(slice, std::nullopt);
  feed.Next(kNow);
  feed.Stop(UnassignedReason::kInterrupted);
  feed.Stop(UnassignedReason::kAgentLost);
  feed.AbandonAtStop(1);
  EXPECT_FALSE(feed.Next(kNow));
  EXPECT_EQ(Requests(feed.TakeStock(), UnassignedReason::kInterrupted), 3u);
  EXPECT_EQ(Requests(feed.TakeStock(), UnassignedReason::kAgentLost), 0u);
}

TEST(ConversationFeedTest, TurnsAfterAFailedOneAreCountedApart) {
  const Slice slice = MakeSlice(0, 1, {4, 1}, 2);
  ConversationFeed feed(slice, std::nullopt);
  feed.Next(kNow);
  feed.AbandonAfterFailure(3);
  feed.Stop(UnassignedReason::kLimit);
  EXPECT_EQ(Requests(feed.TakeStock(), UnassignedReason::kEarlierTurnFailed), 3u);
  EXPECT_EQ(Requests(feed.TakeStock(), UnassignedReason::kLimit), 1u);
}

// planned = begun + unassigned, for any agent, limit and moment of the stop.
TEST(ConversationFeedTest, WhatIsNeverBegunIsCountedExactly) {
  const std::vector<uint32_t> turns = {1, 3, 2, 5, 1, 4};
  for (uint32_t agents = 1; agents <= 7; ++agents) {
    for (uint64_t end = 1; end <= 40; end += 3) {
      for (uint32_t agent = 0; agent < agents; ++agent) {
        const uint32_t last_turns = turns[(end - 1) % turns.size()];
        const Slice slice = MakeSlice(agent, agents, turns, end, (last_turns + 1) / 2);
        uint64_t planned = 0;
        ConversationFeed whole(slice, std::nullopt);
        while (const auto assignment = whole.Next(kNow)) planned += assignment->turns;
        for (const uint64_t begun_conversations : {0, 1, 4}) {
          ConversationFeed feed(slice, std::nullopt);
          uint64_t begun = 0;
          for (uint64_t i = 0; i < begun_conversations; ++i) {
            const auto assignment = feed.Next(kNow);
            begun += assignment ? assignment->turns : 0;
          }
          feed.Stop(UnassignedReason::kLimit);
          EXPECT_EQ(begun + Requests(feed.TakeStock(), UnassignedReason::kLimit), planned)
              << "agent " << agent << " of " << agents << ", end " << end;
        }
      }
    }
  }
}

TEST(ConversationFeedTest, AVeryLongPlanIsCountedWithoutWalkingIt) {
  const Slice slice = MakeSlice(0, 1, {1, 3}, uint64_t{1} << 50);
  ConversationFeed feed(slice, std::nullopt);
  feed.Stop(UnassignedReason::kInterrupted);
  EXPECT_EQ(Requests(feed.TakeStock(), UnassignedReason::kInterrupted), uint64_t{1} << 51);
}

}  // namespace
}  // namespace specctl::agent
