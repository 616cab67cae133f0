#include "agent/session/run_in_hand.h"

#include <gtest/gtest.h>

#include "common/journal/chunk_codec.h"

namespace specctl::agent {
namespace {

constexpr MonoTime kCutAt{std::chrono::seconds(5)};

AgentBatch OfRun(uint64_t seq) {
  AgentBatch batch;
  batch.seq = seq;
  batch.run_hash = RunHash("run-1");
  return batch;
}

AgentBatch SentOf(RunInHand& run) {
  auto sent = run.NextBatch();
  EXPECT_TRUE(sent.ok() && *sent) << sent.status();
  return DecodeBatch((*sent)->bytes)->batch;
}

TEST(RunInHandTest, HealthTellsOfWhatIsKept) {
  RunInHand run("run-1", 0, {});
  AgentBatch first = OfRun(1);
  first.health.emplace();
  run.Keep(first, kCutAt);
  AgentBatch second = OfRun(2);
  second.health.emplace();
  run.Keep(second, kCutAt + std::chrono::milliseconds(250));
  EXPECT_EQ(SentOf(run).health->unacknowledged_ns, 0u);
  EXPECT_EQ(SentOf(run).health->unacknowledged_ns, 250'000'000u);
}

TEST(RunInHandTest, WhereNoRoomIsLeftChunkDetailIsDroppedAndCounted) {
  ChunkRunEncoder encoder;
  encoder.Reset(0);
  for (int64_t i = 1; i <= 3; ++i) {
    ChunkRecord chunk;
    chunk.arrival_us = i;
    encoder.AppendRecord(chunk);
  }
  AgentBatch batch = OfRun(1);
  encoder.AppendSection(0, 0, batch.chunks);
  batch.begun.emplace_back();
  BatchStore::Options none;
  none.memory_bytes_max = none.spool_bytes_max = 0;
  RunInHand run("run-1", 0, none);
  run.Keep(batch, kCutAt);
  const AgentBatch sent = SentOf(run);
  EXPECT_EQ(sent.chunks, "");
  EXPECT_EQ(sent.chunks_dropped, 3u);
  EXPECT_EQ(sent.begun.size(), 1u);
}

TEST(RunInHandTest, DoneFollowsOnceInACallAndNamesTheLastBatch) {
  RunInHand run("run-1", 0, {});
  run.Keep(OfRun(1), kCutAt);
  EXPECT_FALSE(run.TakeDone());
  run.SetDone(/*stopped=*/true);
  const auto done = run.TakeDone();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->last_seq, 1u);
  EXPECT_TRUE(done->stopped);
  EXPECT_FALSE(run.TakeDone());
  run.BeginCall();
  EXPECT_TRUE(run.TakeDone());
}

TEST(RunInHandTest, ItTellsHowFarItIsAndWhatItKeeps) {
  RunInHand run("run-1", 3, {});
  EXPECT_EQ(run.Held(), (HeldRun{.run_id = "run-1", .agent = 3}));
  run.prepared = "";
  run.armed_late = Nanos(0);
  for (uint64_t seq = 1; seq <= 3; ++seq) run.Keep(OfRun(seq), kCutAt);
  run.Acknowledge(1);
  EXPECT_EQ(run.Held(), (HeldRun{.run_id = "run-1",
                                 .agent = 3,
                                 .phase = HeldPhase::kArmed,
                                 .first_kept_seq = 2,
                                 .last_seq = 3}));
  run.Acknowledge(3);
  run.SetDone(false);
  EXPECT_EQ(run.Held(), (HeldRun{.run_id = "run-1",
                                 .agent = 3,
                                 .phase = HeldPhase::kDone,
                                 .first_kept_seq = 4,
                                 .last_seq = 3}));
}

TEST(RunInHandTest, ABatchOfAnotherRunIsPassedOver) {
  RunInHand run("run-1", 0, {});
  AgentBatch other = OfRun(1);
  other.run_hash = RunHash("run-0");
  run.Keep(other, kCutAt);
  const auto sent = run.NextBatch();
  EXPECT_TRUE(sent.ok() && !*sent);
}

}  // namespace
}  // namespace specctl::agent
