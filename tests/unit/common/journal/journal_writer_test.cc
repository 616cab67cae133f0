#include "common/journal/journal_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "common/journal/journal_reader.h"
#include "tests/fakes/memory_file.h"

namespace specctl {
namespace {

using ::testing::HasSubstr;

class JournalWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "journal-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path() const { return (folder_ / "journal.pb").string(); }

  void WriteThree() {
    auto writer = JournalWriter::Create(Path());
    ASSERT_TRUE(writer.ok()) << writer.status();
    for (uint32_t agent = 1; agent <= 3; ++agent) {
      writer->AppendEvent(
          AgentEnded{.agent = agent, .lost = false, .reason = "done", .at_mono_ns = 5});
    }
    ASSERT_TRUE(writer->Sync().ok());
    EXPECT_EQ(writer->bytes(), std::filesystem::file_size(Path()));
  }

  // The agents whose records stand whole in `bytes`.
  std::vector<uint32_t> AgentsIn(const std::string& bytes) const {
    std::ofstream(Path(), std::ios::binary) << bytes;
    auto reader = JournalReader::Open(Path());
    EXPECT_TRUE(reader.ok()) << reader.status();
    std::vector<uint32_t> agents;
    for (;;) {
      const auto event = reader->Next();
      EXPECT_TRUE(event.ok()) << event.status();
      if (!event.ok() || !*event) return agents;
      agents.push_back(std::get<AgentEnded>(**event).agent);
    }
  }

  const std::shared_ptr<fakes::MemoryDisk> disk_ = std::make_shared<fakes::MemoryDisk>();
  JournalWriter OnMemory() { return JournalWriter(std::make_unique<fakes::MemoryFile>(disk_)); }

  std::filesystem::path folder_;
};

TEST_F(JournalWriterTest, WhatIsAppendedIsReadBack) {
  WriteThree();
  auto reader = JournalReader::Open(Path());
  ASSERT_TRUE(reader.ok()) << reader.status();
  for (uint32_t agent = 1; agent <= 3; ++agent) {
    const auto event = reader->Next();
    ASSERT_TRUE(event.ok() && *event) << event.status();
    EXPECT_EQ(std::get<AgentEnded>(**event).agent, agent);
  }
  const auto end = reader->Next();
  EXPECT_TRUE(end.ok() && !*end);
}

TEST_F(JournalWriterTest, AnExistingFileIsNeverOverwritten) {
  WriteThree();
  const auto second = JournalWriter::Create(Path());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(Path()));
}

TEST_F(JournalWriterTest, AFullDiskIsAnErrorThatStays) {
  // The limit on file sizes stands for the full disk: both end a write in the same way.
  auto writer = JournalWriter::Create(Path());
  ASSERT_TRUE(writer.ok());
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{.rlim_cur = 100, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  writer->AppendEvent(AgentEnded{.reason = std::string(1000, 'x')});
  const absl::Status status = writer->Sync();
  const absl::Status again = writer->Sync();
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr(Path()));
  EXPECT_EQ(again, status);
}

TEST_F(JournalWriterTest, ADiskThatIsFullInTheMidstOfABatchKeepsWhatWasSynced) {
  JournalWriter writer = OnMemory();
  writer.AppendEvent(AgentEnded{.agent = 1});
  ASSERT_TRUE(writer.Sync().ok());
  const uint64_t first = writer.bytes();
  disk_->bytes_max = 2 * first + 3;
  for (uint32_t agent = 2; agent <= 4; ++agent) writer.AppendEvent(AgentEnded{.agent = agent});
  const absl::Status full = writer.Sync();
  EXPECT_EQ(full, absl::ResourceExhaustedError("memory: write: No space left on device"));
  disk_->bytes_max = 1 << 20;
  EXPECT_EQ(writer.Sync(), full) << "room comes too late: the batch was reported as lost";
  // The process is gone; what the disk took of the batch is whole records and a torn tail.
  EXPECT_EQ(disk_->bytes.size(), 2 * first + 3);
  EXPECT_EQ(AgentsIn(disk_->bytes), (std::vector<uint32_t>{1, 2}));
  disk_->Crash();
  EXPECT_EQ(AgentsIn(disk_->bytes), (std::vector<uint32_t>{1}));
}

TEST_F(JournalWriterTest, ASyncThatFailsIsAnErrorThatStays) {
  JournalWriter writer = OnMemory();
  writer.AppendEvent(AgentEnded{.agent = 1});
  ASSERT_TRUE(writer.Sync().ok());
  disk_->fails_sync = true;
  writer.AppendEvent(AgentEnded{.agent = 2});
  const absl::Status failed = writer.Sync();
  EXPECT_EQ(failed, absl::InternalError("memory: fdatasync: Input/output error"));
  disk_->fails_sync = false;
  EXPECT_EQ(writer.Sync(), failed) << "what the kernel dropped is not synced by a second try";
  disk_->Crash();
  EXPECT_EQ(AgentsIn(disk_->bytes), (std::vector<uint32_t>{1}));
}

TEST_F(JournalWriterTest, ACrashTearsOffWhatWasNotSynced) {
  {
    JournalWriter writer = OnMemory();
    writer.AppendEvent(AgentEnded{.agent = 1});
    ASSERT_TRUE(writer.Sync().ok());
    writer.AppendEvent(AgentEnded{.agent = 2});
    JournalWriter moved = std::move(writer);
    moved.AppendEvent(AgentEnded{.agent = 3});
  }
  EXPECT_EQ(AgentsIn(disk_->bytes), (std::vector<uint32_t>{1, 2, 3})) << "its end writes the rest";
  disk_->Crash(/*torn_bytes=*/5);
  EXPECT_EQ(disk_->bytes.size(), disk_->synced_bytes);
  EXPECT_EQ(AgentsIn(disk_->bytes), (std::vector<uint32_t>{1}));
}

TEST_F(JournalWriterTest, ReopenedItGoesOnBehindTheLastWholeRecord) {
  WriteThree();
  const uint64_t whole = std::filesystem::file_size(Path());
  std::ofstream(Path(), std::ios::binary | std::ios::app) << "torn tail";
  auto writer = JournalWriter::Reopen(Path(), whole);
  ASSERT_TRUE(writer.ok()) << writer.status();
  EXPECT_EQ(writer->bytes(), whole);
  EXPECT_EQ(std::filesystem::file_size(Path()), whole) << "the tail is cut off at once";
  writer->AppendEvent(AgentEnded{.agent = 4});
  EXPECT_GT(writer->bytes(), whole);
  ASSERT_TRUE(writer->Sync().ok());
  EXPECT_EQ(writer->bytes(), std::filesystem::file_size(Path()));
  std::ifstream file(Path(), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(AgentsIn(bytes), (std::vector<uint32_t>{1, 2, 3, 4}));
}

TEST_F(JournalWriterTest, AJournalThatIsNotThereIsNotReopened) {
  const auto writer = JournalWriter::Reopen(Path(), 0);
  EXPECT_EQ(writer.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(writer.status().message()), HasSubstr(Path()));
  EXPECT_FALSE(std::filesystem::exists(Path()));
}

}  // namespace
}  // namespace specctl
