#include "common/base/die_with_parent.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <gtest/gtest.h>

namespace specctl {
namespace {

TEST(DieWithParentTest, AStoppedProcessDiesWithAParentThatIsKilled) {
  // Orphans come to this process, so that their end can be waited for.
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  int ends[2] = {-1, -1};
  ASSERT_EQ(pipe(ends), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    const pid_t child = fork();
    if (child == 0) {
      DieWithParent();
      raise(SIGSTOP);
      _exit(0);
    }
    if (waitpid(child, nullptr, WUNTRACED) != child) _exit(1);
    if (write(ends[1], &child, sizeof(child)) != sizeof(child)) _exit(1);
    while (true) pause();
  }
  close(ends[1]);
  pid_t child = 0;
  ASSERT_EQ(read(ends[0], &child, sizeof(child)), static_cast<ssize_t>(sizeof(child)));
  close(ends[0]);
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

}  // namespace
}  // namespace specctl
