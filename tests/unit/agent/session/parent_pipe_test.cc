#include "agent/session/parent_pipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace specctl::agent {
namespace {

using ::testing::HasSubstr;

struct Pipe {
  Pipe() { EXPECT_EQ(::pipe(ends.data()), 0); }
  std::array<int, 2> ends{};
  int read() const { return ends[0]; }
  int write() const { return ends[1]; }
};

TEST(ParentPipeTest, AnOrderIsAddressTokenAndNumber) {
  const auto order = ParseSpawnOrder("127.0.0.1:4711 secret 15");
  ASSERT_TRUE(order.ok());
  EXPECT_EQ(order->controller_address, "127.0.0.1:4711");
  EXPECT_EQ(order->join_token, "secret");
  EXPECT_EQ(order->number, 15u);
  EXPECT_TRUE(ParseSpawnOrder("[::1]:4711  0").ok()) << "a token may be empty";
}

TEST(ParentPipeTest, AnythingElseIsRefused) {
  for (const char* line : {"", "a:1", "a:1 t", "a:1 t x", "a:1 t -1", "a:1 t 1 2", " t 1",
                           "a:1 t 1x", "a:1 t 99999999999"}) {
    const auto order = ParseSpawnOrder(line);
    EXPECT_EQ(order.status().code(), absl::StatusCode::kInvalidArgument) << line;
    EXPECT_THAT(std::string(order.status().message()), HasSubstr("--spawned-fd"));
  }
}

TEST(ParentPipeTest, TheOrderComesThroughThePipe) {
  const Pipe pipe;
  constexpr std::string_view kLine = "h:1 t 2\nmore";
  ASSERT_EQ(::write(pipe.write(), kLine.data(), kLine.size()), static_cast<ssize_t>(kLine.size()));
  EXPECT_EQ(ReadSpawnOrder(pipe.read())->number, 2u);
}

TEST(ParentPipeTest, APipeThatClosesBeforeTheOrderIsAnError) {
  const Pipe pipe;
  ASSERT_EQ(::write(pipe.write(), "h:1", 3), 3);
  ::close(pipe.write());
  const auto order = ReadSpawnOrder(pipe.read());
  EXPECT_EQ(order.status().code(), absl::StatusCode::kUnavailable);
}

TEST(ParentPipeTest, TheProcessEndsWhenThePipeCloses) {
  const Pipe pipe;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::close(pipe.write());
    EndWithParent(pipe.read());
    for (;;) ::pause();
  }
  ::close(pipe.write());
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

}  // namespace
}  // namespace specctl::agent
