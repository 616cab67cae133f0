#include "agent/stream/batch_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace specctl::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr MonoTime kFrom{Nanos(1s)};

ChunkRecord ChunkAt(int64_t arrival_us, uint32_t tokens) { return {arrival_us, 0, tokens, false}; }

std::map<uint64_t, std::vector<ChunkRecord>> Decode(const AgentBatch& batch) {
  std::map<uint64_t, std::vector<ChunkRecord>> chunks;
  ChunkSectionReader reader(batch.chunks, batch.from_mono_ns / 1000);
  ChunkRecord record;
  while (reader.NextSection()) {
    while (reader.NextRecord(record)) chunks[reader.ordinal()].push_back(record);
  }
  EXPECT_TRUE(reader.status().ok()) << reader.status();
  return chunks;
}

class BatchRecorderTest : public ::testing::Test {
 protected:
  RequestLog& Begin(uint64_t position) {
    RequestBegun begun;
    begun.position = position;
    return recorder_.BeginRequest(begun);
  }
  BatchRecorder recorder_{BatchRecorder::Identity{3, 77}, kFrom};
};

TEST_F(BatchRecorderTest, BatchesFollowEachOtherWithoutAGap) {
  const AgentBatch first = recorder_.Cut(kFrom + 200ms, 9s);
  const AgentBatch second = recorder_.Cut(kFrom + 400ms, 9s);
  EXPECT_EQ(first.agent, 3u);
  EXPECT_EQ(first.incarnation, 77u);
  EXPECT_EQ(first.seq, 1u);
  EXPECT_EQ(first.from_mono_ns, 1'000'000'000);
  EXPECT_EQ(first.to_mono_ns, 1'200'000'000);
  EXPECT_EQ(first.real_minus_mono_ns, 9'000'000'000);
  EXPECT_EQ(second.seq, 2u);
  EXPECT_EQ(second.from_mono_ns, first.to_mono_ns);
  EXPECT_EQ(second.agent, 3u);
  EXPECT_EQ(second.incarnation, 77u);
}

TEST_F(BatchRecorderTest, TimeNeverGoesBack) {
  recorder_.Cut(kFrom + 200ms, 0s);
  const AgentBatch batch = recorder_.Cut(kFrom, 0s);
  EXPECT_EQ(batch.to_mono_ns, batch.from_mono_ns);
}

TEST_F(BatchRecorderTest, ChunksComeInTheOrderOfOrdinalsWhateverMovedFirst) {
  RequestLog& a = Begin(10);
  RequestLog& b = Begin(11);
  recorder_.AppendChunk(b, ChunkAt(1'000'500, 2));
  recorder_.AppendChunk(a, ChunkAt(1'000'700, 1));
  recorder_.AppendChunk(b, ChunkAt(1'000'900, 4));
  const AgentBatch batch = recorder_.Cut(kFrom + 200ms, 0s);
  ASSERT_THAT(batch.begun, SizeIs(2));
  EXPECT_EQ(batch.begun[1].ordinal, 1u);
  EXPECT_EQ(batch.begun[1].position, 11u);
  const auto chunks = Decode(batch);
  EXPECT_THAT(chunks.at(0), ElementsAre(ChunkAt(1'000'700, 1)));
  EXPECT_THAT(chunks.at(1), ElementsAre(ChunkAt(1'000'500, 2), ChunkAt(1'000'900, 4)));
}

TEST_F(BatchRecorderTest, EachBatchCountsFromItsOwnBase) {
  RequestLog& moving = Begin(0);
  RequestLog& waiting = Begin(1);
  recorder_.AppendChunk(moving, ChunkAt(1'000'500, 1));
  recorder_.Cut(kFrom + 200ms, 0s);
  recorder_.AppendChunk(moving, ChunkAt(1'300'000, 1));
  recorder_.AppendChunk(waiting, ChunkAt(1'400'000, 1));
  const auto chunks = Decode(recorder_.Cut(kFrom + 400ms, 0s));
  EXPECT_THAT(chunks.at(0), ElementsAre(ChunkAt(1'300'000, 1)));
  EXPECT_THAT(chunks.at(1), ElementsAre(ChunkAt(1'400'000, 1)));
}

TEST_F(BatchRecorderTest, ARequestThatEndedBeforeTheBatchKeepsItsChunks) {
  RequestLog& log = Begin(0);
  recorder_.AppendChunk(log, ChunkAt(1'000'500, 1));
  RequestFinished finished;
  finished.finish_reason = "stop";
  recorder_.FinishRequest(log, finished);
  RequestLog& next = Begin(1);  // of the same slot
  EXPECT_NE(&next, &log);
  recorder_.AppendChunk(next, ChunkAt(1'100'000, 3));
  const AgentBatch batch = recorder_.Cut(kFrom + 200ms, 0s);
  ASSERT_THAT(batch.finished, SizeIs(1));
  EXPECT_EQ(batch.finished[0].ordinal, 0u);
  const auto chunks = Decode(batch);
  EXPECT_THAT(chunks.at(0), ElementsAre(ChunkAt(1'000'500, 1)));
  EXPECT_THAT(chunks.at(1), ElementsAre(ChunkAt(1'100'000, 3)));
}

TEST_F(BatchRecorderTest, LogsAreReusedOnceReported) {
  RequestLog& log = Begin(0);
  recorder_.AppendChunk(log, ChunkAt(1'000'500, 1));
  recorder_.FinishRequest(log, RequestFinished());
  recorder_.Cut(kFrom + 200ms, 0s);
  RequestLog& next = Begin(1);
  EXPECT_EQ(&next, &log);
  EXPECT_EQ(next.ordinal(), 1u);
  EXPECT_THAT(Decode(recorder_.Cut(kFrom + 400ms, 0s)), IsEmpty());
}

TEST_F(BatchRecorderTest, CountsWhatIsInFlightAndUnreported) {
  RequestLog& log = Begin(0);
  Begin(1);
  EXPECT_EQ(recorder_.in_flight(), 2u);
  EXPECT_EQ(recorder_.unreported_begun(), 2u);
  recorder_.Cut(kFrom + 200ms, 0s);
  recorder_.FinishRequest(log, RequestFinished());
  EXPECT_EQ(recorder_.in_flight(), 1u);
  EXPECT_EQ(recorder_.unreported_begun(), 0u);
}

TEST_F(BatchRecorderTest, MarksAreInOneBatchAlone) {
  recorder_.SetSlotsFilled(kFrom + 10ms);
  recorder_.SetFirstIdle(kFrom + 20ms);
  recorder_.SetUnassigned({{UnassignedReason::kLimit, 4}});
  const AgentBatch first = recorder_.Cut(kFrom + 200ms, 0s);
  EXPECT_EQ(first.slots_filled_mono_ns, 1'010'000'000);
  EXPECT_EQ(first.first_idle_mono_ns, 1'020'000'000);
  EXPECT_THAT(first.unassigned, SizeIs(1));
  const AgentBatch second = recorder_.Cut(kFrom + 400ms, 0s);
  EXPECT_EQ(second.slots_filled_mono_ns, std::nullopt);
  EXPECT_EQ(second.first_idle_mono_ns, std::nullopt);
  EXPECT_THAT(second.unassigned, IsEmpty());
}

}  // namespace
}  // namespace specctl::agent
