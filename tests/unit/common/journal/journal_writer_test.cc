#include "common/journal/journal_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/journal/journal_reader.h"

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
      writer->Append(AgentEnded{.agent = agent, .lost = false, .reason = "done", .at_mono_ns = 5});
    }
    ASSERT_TRUE(writer->Sync().ok());
    EXPECT_EQ(writer->bytes(), std::filesystem::file_size(Path()));
  }

  // Reads until the end or an error; the number of events.
  int ReadAll(absl::Status* status, uint64_t* torn) {
    auto reader = JournalReader::Open(Path());
    EXPECT_TRUE(reader.ok());
    for (int events = 0;; ++events) {
      const auto event = reader->Next();
      *status = event.status();
      *torn = reader->torn_bytes();
      if (!event.ok() || !event->has_value()) return events;
      EXPECT_EQ(std::get<AgentEnded>(**event).agent, static_cast<uint32_t>(events) + 1);
    }
  }

  std::filesystem::path folder_;
  absl::Status status_;
  uint64_t torn_ = 0;
};

TEST_F(JournalWriterTest, WhatIsAppendedIsReadBack) {
  WriteThree();
  EXPECT_EQ(ReadAll(&status_, &torn_), 3);
  EXPECT_TRUE(status_.ok());
  EXPECT_EQ(torn_, 0u);
}

TEST_F(JournalWriterTest, ATornTailIsCutAtTheLastWholeRecord) {
  WriteThree();
  const uint64_t size = std::filesystem::file_size(Path());
  const uint64_t record = size / 3;
  for (uint64_t cut = 2 * record; cut < size; ++cut) {
    SCOPED_TRACE(cut);
    std::filesystem::resize_file(Path(), cut);
    EXPECT_EQ(ReadAll(&status_, &torn_), 2);
    EXPECT_TRUE(status_.ok()) << status_;
    EXPECT_EQ(torn_, cut - 2 * record);
    std::filesystem::remove(Path());
    WriteThree();
  }
}

TEST_F(JournalWriterTest, ADamagedRecordInTheMiddleIsNamedWithItsOffset) {
  WriteThree();
  const uint64_t record = std::filesystem::file_size(Path()) / 3;
  std::fstream file(Path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(record + 9));
  file.put('\x7f');
  file.close();
  EXPECT_EQ(ReadAll(&status_, &torn_), 1);
  EXPECT_EQ(status_.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status_.message()), HasSubstr("byte " + std::to_string(record)));
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
  writer->Append(AgentEnded{.reason = std::string(1000, 'x')});
  const absl::Status status = writer->Sync();
  const absl::Status again = writer->Sync();
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr(Path()));
  EXPECT_EQ(again, status);
}

}  // namespace
}  // namespace specctl
