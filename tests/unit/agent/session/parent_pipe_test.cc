#include "agent/session/parent_pipe.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace specctl::agent {
namespace {

struct Pipe {
  Pipe() { EXPECT_EQ(::pipe(ends.data()), 0); }
  std::array<int, 2> ends{};
  int read() const { return ends[0]; }
  int write() const { return ends[1]; }
};

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
