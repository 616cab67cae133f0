#include "tools/sim/outbox.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <optional>
#include <string>

namespace specctl::sim {
namespace {

// Both ends of a connection, and a log.
class OutboxTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()), 0);
    auto log = SendLog::Open(path_);
    ASSERT_TRUE(log.ok());
    log_.emplace(*std::move(log));
  }
  void TearDown() override {
    for (const int fd : ends_) ::close(fd);
    ::unlink(path_.c_str());
  }

  // All that has come; empty where nothing has.
  std::string Received() {
    std::string all;
    std::array<char, 65536> bytes;
    for (ssize_t n; (n = ::read(ends_[1], bytes.data(), bytes.size())) > 0;) {
      all.append(bytes.data(), static_cast<size_t>(n));
    }
    return all;
  }

  size_t LoggedChunks() {
    EXPECT_TRUE(log_->Flush().ok());
    std::ifstream file(path_);
    size_t lines = 0;
    for (std::string line; std::getline(file, line);) {
      EXPECT_NE(line.find("\"chunk\":" + std::to_string(lines) + ","), std::string::npos) << line;
      ++lines;
    }
    return lines;
  }

  std::array<int, 2> ends_{};
  const std::string path_ = ::testing::TempDir() + "/outbox_test.jsonl";
  std::optional<SendLog> log_;
};

TEST_F(OutboxTest, BytesGoAtOnceAndTokenBearingChunksAreLogged) {
  Outbox outbox(ends_[0], &*log_);
  outbox.BeginReply("chatcmpl-1");
  EXPECT_EQ(outbox.Send("head", 0), Outbox::State::kEmpty);
  EXPECT_EQ(outbox.Send("one", 1), Outbox::State::kEmpty);
  outbox.AppendBytes("two", 2);
  EXPECT_FALSE(outbox.empty());
  EXPECT_EQ(outbox.Flush(), Outbox::State::kEmpty);
  EXPECT_EQ(Received(), "headonetwo");
  EXPECT_EQ(LoggedChunks(), 2u);
}

TEST_F(OutboxTest, WhatAFullSocketDoesNotTakeGoesLater) {
  Outbox outbox(ends_[0], &*log_);
  outbox.BeginReply("chatcmpl-1");
  const std::string big(3u << 20, 'x');
  EXPECT_EQ(outbox.Send(big, 1), Outbox::State::kBlocked);
  EXPECT_EQ(outbox.Send("end", 1), Outbox::State::kBlocked);
  std::string received = Received();
  while (outbox.Flush() == Outbox::State::kBlocked) received += Received();
  received += Received();
  EXPECT_EQ(received, big + "end");
  EXPECT_EQ(LoggedChunks(), 2u);
}

TEST_F(OutboxTest, FlushSendsNoMoreThanIsAllowed) {
  Outbox outbox(ends_[0], nullptr);
  outbox.AppendBytes("abcdef", 1);
  EXPECT_EQ(outbox.Flush(4), Outbox::State::kBlocked);
  EXPECT_EQ(Received(), "abcd");
  EXPECT_EQ(outbox.Flush(4), Outbox::State::kEmpty);
  EXPECT_EQ(Received(), "ef");
}

TEST_F(OutboxTest, APeerThatHasGoneIsAFailure) {
  Outbox outbox(ends_[0], &*log_);
  outbox.BeginReply("chatcmpl-1");
  ::shutdown(ends_[1], SHUT_RDWR);
  EXPECT_EQ(outbox.Send("x", 1), Outbox::State::kFailed);
  outbox.AppendBytes("y", 1);
  EXPECT_EQ(outbox.Flush(), Outbox::State::kFailed);
}

}  // namespace
}  // namespace specctl::sim
