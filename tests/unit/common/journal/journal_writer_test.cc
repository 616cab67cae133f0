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
