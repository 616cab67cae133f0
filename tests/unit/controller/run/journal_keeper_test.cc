#include "controller/run/journal_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/memory_file.h"

namespace specctl::controller {
namespace {

class JournalKeeperTest : public ::testing::Test {
 protected:
  JournalKeeperTest() {
    keeper_.AppendEvent(RunBegun{});
    keeper_.AppendEvent(AgentJoined{.agent = 0, .incarnation = 7, .host = {}, .slots = 1});
    EXPECT_TRUE(keeper_.Sync().ok());
  }
  static ReceivedBatch Batch(uint64_t seq, size_t bytes = 0) {
    AgentBatch batch;
    batch.incarnation = 7;
    batch.seq = seq;
    batch.chunks = std::string(bytes, '\0');
    return {.batch = batch, .bytes = EncodeBatch(batch)};
  }

  const std::shared_ptr<fakes::MemoryDisk> disk_ = std::make_shared<fakes::MemoryDisk>();
  JournalKeeper keeper_{JournalWriter(std::make_unique<fakes::MemoryFile>(disk_, "journal.pb"))};
};

TEST_F(JournalKeeperTest, ABatchIsJournalledByTheBytesThatCame) {
  ReceivedBatch batch = Batch(1);
  batch.bytes += EncodeBatch(AgentBatch{});  // parts of a message merge: the bytes are its own
  keeper_.AppendBatch(batch);
  ASSERT_TRUE(keeper_.Sync().ok());
  EXPECT_THAT(disk_->bytes, ::testing::EndsWith(batch.bytes));
  EXPECT_EQ(disk_->synced_bytes, disk_->bytes.size());
}

TEST_F(JournalKeeperTest, TheFoldSeesWhatTheJournalGets) {
  EXPECT_EQ(keeper_.fold().Live().stage, LiveStage::kPreparing);
  keeper_.AppendEvent(StageChanged{.stage = RunStage::kArmed, .at_mono_ns = 1, .reason = ""});
  EXPECT_EQ(keeper_.fold().Live().stage, LiveStage::kArmed);
}

TEST_F(JournalKeeperTest, AFullDiskStandsAndNothingMoreIsAppended) {
  const size_t before = disk_->bytes.size();
  disk_->bytes_max = before + 10;
  keeper_.AppendBatch(Batch(1, 1000));
  const absl::Status failed = keeper_.Sync();
  EXPECT_EQ(failed.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(failed.message()), ::testing::HasSubstr("journal.pb"));
  disk_->bytes_max = 1 << 20;
  keeper_.AppendBatch(Batch(2));
  EXPECT_EQ(keeper_.Sync(), failed);
  EXPECT_EQ(keeper_.status(), failed);
  EXPECT_EQ(disk_->synced_bytes, before);
}

}  // namespace
}  // namespace specctl::controller
