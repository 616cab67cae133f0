#include "tools/sim/send_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace specctl::sim {
namespace {

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(SendLogTest, LinesAreJsonAndInOrder) {
  const std::string path = ::testing::TempDir() + "/send_log_test.jsonl";
  auto log = SendLog::Open(path);
  ASSERT_TRUE(log.ok());
  log->LogRead("chatcmpl-1", 10);
  log->LogSent("chatcmpl-1", {.index = 0, .begin_unix_ns = 20, .end_unix_ns = 21, .tokens = 4});
  ASSERT_TRUE(log->Flush().ok());
  EXPECT_EQ(
      Contents(path),
      R"({"event":"read","response_id":"chatcmpl-1","unix_ns":10})"
      "\n"
      R"({"response_id":"chatcmpl-1","chunk":0,"send_begin_unix_ns":20,"send_end_unix_ns":21,"tokens":4})"
      "\n");
  std::filesystem::remove(path);
}

TEST(SendLogTest, NothingIsLostOverManyBlocks) {
  const std::string path = ::testing::TempDir() + "/send_log_blocks_test.jsonl";
  auto log = SendLog::Open(path);
  ASSERT_TRUE(log.ok());
  constexpr int kLines = 5000;
  for (int i = 0; i < kLines; ++i) log->LogRead("chatcmpl-1234567890", i);
  ASSERT_TRUE(log->Flush().ok());
  const std::string contents = Contents(path);
  EXPECT_EQ(std::count(contents.begin(), contents.end(), '\n'), kLines);
  std::filesystem::remove(path);
}

TEST(SendLogTest, AFileThatCannotBeMadeIsNamed) {
  const auto log = SendLog::Open("/nonexistent/send.jsonl");
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(log.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(std::string(log.status().message()),
            "--send-log: can't write /nonexistent/send.jsonl: No such file or directory");
}

TEST(SendLogTest, AFullDiskIsTold) {
  auto log = SendLog::Open("/dev/full");
  ASSERT_TRUE(log.ok());
  log->LogRead("chatcmpl-1", 10);
  const absl::Status status = log->Flush();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(std::string(status.message()), "--send-log: could not write all of /dev/full");
}

}  // namespace
}  // namespace specctl::sim
