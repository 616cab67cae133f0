#include "tools/specctl/child_process.h"

#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/unit/common/report/temp_dir.h"

namespace specctl::cli {
namespace {

using testing::ReadAll;
using testing::TempDir;

ChildProcess Shell(const TempDir& dir, const std::string& script) {
  auto child = ChildProcess::Start({.words = {"/bin/sh", "-c", script},
                                    .stdout_path = dir.File("out"),
                                    .stderr_path = dir.File("err")});
  EXPECT_TRUE(child.ok()) << child.status();
  return *std::move(child);
}

int Wait(ChildProcess& child) {
  while (!child.Ended()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return *child.Ended();
}

TEST(ChildProcessTest, WritesIntoItsFilesAndTellsItsStatus) {
  const TempDir dir;
  ChildProcess child = Shell(dir, "echo to out; echo to err >&2; cat; exit 7");
  EXPECT_EQ(Wait(child), 7);
  EXPECT_EQ(ReadAll(dir.File("out")), "to out\n");
  EXPECT_EQ(ReadAll(dir.File("err")), "to err\n");
}

TEST(ChildProcessTest, ASignalThatEndsItIsItsStatus) {
  const TempDir dir;
  ChildProcess child = Shell(dir, "sleep 600");
  child.Signal(SIGTERM);
  EXPECT_EQ(Wait(child), 128 + SIGTERM);
}

TEST(ChildProcessTest, AProgramThatIsNotThereIs127) {
  const TempDir dir;
  auto child = ChildProcess::Start({.words = {dir.File("nothing")},
                                    .stdout_path = dir.File("out"),
                                    .stderr_path = dir.File("err")});
  ASSERT_TRUE(child.ok()) << child.status();
  EXPECT_EQ(Wait(*child), 127);
}

TEST(ChildProcessTest, ItsObjectsEndIsItsEnd) {
  const TempDir dir;
  pid_t pid = 0;
  {
    const ChildProcess child =
        Shell(dir, "cd " + dir.path() + "; echo $$ >now; mv now pid; exec sleep 600");
    while (!std::filesystem::exists(dir.File("pid"))) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    pid = std::stoi(ReadAll(dir.File("pid")));
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_NE(kill(pid, 0), 0);
}

}  // namespace
}  // namespace specctl::cli
