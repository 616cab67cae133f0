#include "controller/run/write_ahead.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;

constexpr MonoTime kNow{std::chrono::seconds(1)};

Command Prepare(uint32_t agent) { return SendPrepare{.session = 10 + agent, .agent = agent}; }

TEST(WriteAheadTest, AGroupIsDueAHundredMillisecondsAfterItsFirstEvent) {
  WriteAhead journal(2);
  EXPECT_EQ(journal.sync_due(), std::nullopt);
  journal.OnBatch(0, 1, 10, kNow);
  journal.OnRecorded(kNow + milliseconds(60));
  EXPECT_EQ(journal.sync_due(), kNow + milliseconds(100));
  journal.OnSyncBegun(kNow);
  EXPECT_EQ(journal.sync_due(), std::nullopt);
  journal.OnSynced(kNow);
  EXPECT_EQ(journal.sync_due(), std::nullopt);
  EXPECT_TRUE(journal.all_synced());
}

TEST(WriteAheadTest, ALargeGroupIsDueAtOnce) {
  WriteAhead journal(1);
  journal.OnBatch(0, 1, WriteAhead::kGroupBytesMax, kNow);
  EXPECT_EQ(journal.sync_due(), kNow);
}

TEST(WriteAheadTest, AMessageThatWaitsMakesTheSyncDueAtOnce) {
  WriteAhead journal(1);
  journal.OnRecorded(kNow);
  EXPECT_FALSE(journal.Hold(Prepare(0)));
  EXPECT_EQ(journal.sync_due(), kNow);
}

TEST(WriteAheadTest, AMessageFollowsAtOnceWhereAllIsOnDisk) {
  WriteAhead journal(1);
  EXPECT_TRUE(journal.Hold(Prepare(0)));
  journal.OnRecorded(kNow);
  journal.OnSyncBegun(kNow);
  EXPECT_FALSE(journal.Hold(Prepare(0)));
  EXPECT_EQ(journal.OnSynced(kNow).released.size(), 1u);
  EXPECT_TRUE(journal.Hold(Prepare(0)));
}

TEST(WriteAheadTest, WhatWasRecordedDuringASyncWaitsForTheNext) {
  WriteAhead journal(2);
  journal.OnRecorded(kNow);
  journal.Hold(Prepare(0));
  journal.OnSyncBegun(kNow);
  journal.OnRecorded(kNow);
  journal.Hold(Prepare(1));
  EXPECT_EQ(journal.sync_due(), std::nullopt);  // one at a time
  const auto first = journal.OnSynced(kNow);
  ASSERT_EQ(first.released.size(), 1u);
  EXPECT_EQ(std::get<SendPrepare>(first.released[0]).agent, 0u);
  EXPECT_FALSE(journal.all_synced());
  EXPECT_EQ(journal.sync_due(), kNow);
  journal.OnSyncBegun(kNow);
  const auto second = journal.OnSynced(kNow);
  ASSERT_EQ(second.released.size(), 1u);
  EXPECT_EQ(std::get<SendPrepare>(second.released[0]).agent, 1u);
}

TEST(WriteAheadTest, ABatchIsAcknowledgedOnceItIsOnDisk) {
  WriteAhead journal(2);
  journal.OnBatch(1, 1, 10, kNow);
  journal.OnBatch(1, 2, 10, kNow);
  EXPECT_EQ(journal.durable_seq(1), 0u);
  journal.OnSyncBegun(kNow);
  journal.OnBatch(1, 3, 10, kNow);
  const auto synced = journal.OnSynced(kNow);
  ASSERT_EQ(synced.acks.size(), 1u);
  EXPECT_EQ(synced.acks[0].agent, 1u);
  EXPECT_EQ(synced.acks[0].seq, 2u);
  EXPECT_EQ(journal.durable_seq(1), 2u);
  EXPECT_EQ(journal.durable_seq(0), 0u);
}

TEST(WriteAheadTest, TheSlowestSyncIsTheLongest) {
  WriteAhead journal(1);
  for (const auto took : {milliseconds(30), milliseconds(70), milliseconds(5)}) {
    journal.OnRecorded(kNow);
    journal.OnSyncBegun(kNow);
    journal.OnSynced(kNow + took);
  }
  EXPECT_EQ(journal.slowest_sync(), milliseconds(70));
}

TEST(WriteAheadTest, AfterAFailureNothingWaitsAndNothingIsDue) {
  WriteAhead journal(1);
  journal.OnBatch(0, 1, 10, kNow);
  EXPECT_FALSE(journal.Hold(Prepare(0)));
  journal.OnSyncBegun(kNow);
  journal.OnFailed();
  journal.OnRecorded(kNow);
  EXPECT_EQ(journal.sync_due(), std::nullopt);
  EXPECT_EQ(journal.durable_seq(0), 0u);
  EXPECT_TRUE(journal.Hold(Prepare(0)));  // nobody would answer
}

}  // namespace
}  // namespace specctl::controller
