#include "controller/run/journal_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "common/journal/event_codec.h"
#include "common/journal/journal_reader.h"

namespace specctl::controller {
namespace {

using std::chrono::milliseconds;

class JournalKeeperTest : public ::testing::Test {
 protected:
  JournalKeeperTest()
      : path_(::testing::TempDir() + "journal_keeper_" + std::to_string(getpid()) + ".pb") {
    std::filesystem::remove(path_);
    auto writer = JournalWriter::Create(path_);
    EXPECT_TRUE(writer.ok()) << writer.status();
    keeper_.emplace(*std::move(writer), 2);
    keeper_->Append(RunBegun{}, now_);
    for (uint32_t agent = 0; agent < 2; ++agent) {
      keeper_->Append(AgentJoined{.agent = agent, .incarnation = agent, .host = {}, .slots = 1},
                      now_);
    }
    EXPECT_TRUE(keeper_->Sync().ok());
  }
  ~JournalKeeperTest() override { std::filesystem::remove(path_); }

  static ReceivedBatch Batch(uint32_t agent, uint64_t seq, size_t bytes = 0) {
    ReceivedBatch received;
    received.batch.agent = agent;
    received.batch.incarnation = agent;
    received.batch.seq = seq;
    received.batch.chunks = std::string(bytes, '\0');
    received.encoded_event = ToProto(Event(received.batch)).SerializeAsString();
    return received;
  }
  size_t EventsOnDisk() const {
    auto reader = JournalReader::Open(path_);
    EXPECT_TRUE(reader.ok()) << reader.status();
    size_t events = 0;
    for (auto event = reader->Next(); event.ok() && event->has_value(); event = reader->Next()) {
      ++events;
    }
    return events;
  }

  const std::string path_;
  const MonoTime now_{std::chrono::seconds(1)};
  std::optional<JournalKeeper> keeper_;
};

TEST_F(JournalKeeperTest, AGroupIsDueAHundredMillisecondsAfterItsFirstEvent) {
  EXPECT_EQ(keeper_->sync_due(), std::nullopt);
  keeper_->AppendBatch(Batch(0, 1), now_);
  EXPECT_EQ(keeper_->sync_due(), now_ + milliseconds(100));
  keeper_->AppendBatch(Batch(1, 1), now_ + milliseconds(60));
  EXPECT_EQ(keeper_->sync_due(), now_ + milliseconds(100));
  ASSERT_TRUE(keeper_->Sync().ok());
  EXPECT_EQ(keeper_->sync_due(), std::nullopt);
}

TEST_F(JournalKeeperTest, ALargeGroupIsDueAtOnce) {
  keeper_->AppendBatch(Batch(0, 1, JournalKeeper::kGroupBytesMax), now_);
  EXPECT_EQ(keeper_->sync_due(), now_);
}

TEST_F(JournalKeeperTest, ABatchIsDurableOnlyOnceSynced) {
  keeper_->AppendBatch(Batch(1, 1), now_);
  keeper_->AppendBatch(Batch(1, 2), now_);
  EXPECT_EQ(keeper_->durable_seq(1), 0u);
  const auto durable = keeper_->Sync();
  ASSERT_TRUE(durable.ok()) << durable.status();
  ASSERT_EQ(durable->size(), 1u);
  EXPECT_EQ((*durable)[0].agent, 1u);
  EXPECT_EQ((*durable)[0].seq, 2u);
  EXPECT_EQ(keeper_->durable_seq(1), 2u);
  EXPECT_EQ(keeper_->durable_seq(0), 0u);
  EXPECT_EQ(EventsOnDisk(), 5u);
  EXPECT_TRUE(keeper_->Sync()->empty());
}

TEST_F(JournalKeeperTest, AFullDiskStandsAndNothingBecomesDurable) {
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit limit = {std::filesystem::file_size(path_) + 10, before.rlim_max};
  std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limit);
  keeper_->AppendBatch(Batch(0, 1, 1000), now_);
  const auto failed = keeper_->Sync();
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_FALSE(failed.ok());
  EXPECT_THAT(std::string(failed.status().message()), ::testing::HasSubstr(path_));
  keeper_->AppendBatch(Batch(0, 2), now_);
  EXPECT_EQ(keeper_->Sync().status(), failed.status());
  EXPECT_EQ(keeper_->durable_seq(0), 0u);
  EXPECT_EQ(EventsOnDisk(), 3u);
}

}  // namespace
}  // namespace specctl::controller
