#include "common/base/child_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>

#include "common/base/unique_fd.h"
#include "tests/unit/common/report/temp_dir.h"

namespace specctl {
namespace {

using testing::ReadAll;
using testing::TempDir;

ChildProcess Begin(ChildProcess::Command command) {
  auto child = ChildProcess::Start(std::move(command));
  EXPECT_TRUE(child.ok()) << child.status();
  return *std::move(child);
}

ChildProcess::Command Words(const TempDir& dir, std::vector<std::string> words) {
  return {
      .words = std::move(words), .stdout_path = dir.File("out"), .stderr_path = dir.File("err")};
}

ChildProcess Shell(const TempDir& dir, const std::string& script) {
  return Begin(Words(dir, {"/bin/sh", "-c", script}));
}

ProcessEnd Wait(ChildProcess& child) {
  while (!child.Ended()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return *child.Ended();
}

// Not even a zombie is left.
bool IsThere(pid_t pid) { return ::kill(pid, 0) == 0; }

TEST(ChildProcessTest, ReadsNothingWritesIntoItsFilesAndTellsItsStatus) {
  const TempDir dir;
  ChildProcess child = Shell(dir, "echo to out; echo to err >&2; cat; exit 7");
  const ProcessEnd end = Wait(child);
  EXPECT_EQ(end.exit_status, 7);
  EXPECT_EQ(end.signal, 0);
  EXPECT_FALSE(end.ok());
  EXPECT_EQ(ReadAll(dir.File("out")), "to out\n");
  EXPECT_EQ(ReadAll(dir.File("err")), "to err\n");
}

TEST(ChildProcessTest, WithoutAFileOfItsOwnStdoutGoesWhereStderrGoes) {
  const TempDir dir;
  ChildProcess::Command command = Words(dir, {"/bin/sh", "-c", "echo to out; echo to err >&2"});
  command.stdout_path.clear();
  ChildProcess child = Begin(command);
  EXPECT_TRUE(Wait(child).ok());
  EXPECT_EQ(ReadAll(dir.File("err")), "to out\nto err\n");
}

TEST(ChildProcessTest, BothOfItsOutputsMayGoToADescriptor) {
  const TempDir dir;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  ChildProcess child = Begin(
      {.words = {"/bin/sh", "-c", "echo to out; echo to err >&2"}, .output_fd = writing.get()});
  EXPECT_TRUE(Wait(child).ok());
  writing.Reset();
  std::array<char, 64> text{};
  EXPECT_EQ(::read(reading.get(), text.data(), text.size()), 14);
  EXPECT_EQ(std::string(text.data(), 14), "to out\nto err\n");
  EXPECT_EQ(::read(reading.get(), text.data(), text.size()), 0) << "it has no other end";
}

TEST(ChildProcessTest, TheSignalThatEndsItIsTold) {
  const TempDir dir;
  ChildProcess child = Shell(dir, "exec sleep 600");
  EXPECT_FALSE(child.Ended());
  child.Signal(SIGTERM);
  EXPECT_EQ(Wait(child).signal, SIGTERM);
  child.Signal(SIGTERM);  // nobody there
}

TEST(ChildProcessTest, WhatCannotBeRunIsAnErrorOfTheStart) {
  const TempDir dir;
  EXPECT_EQ(ChildProcess::Start(Words(dir, {"/no/such/program"})).status(),
            absl::NotFoundError("can't start /no/such/program: No such file or directory"));
  EXPECT_EQ(ChildProcess::Start(Words(dir, {dir.path()})).status(),
            absl::InternalError("can't start " + dir.path() + ": Permission denied"));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "no process is left";
}

TEST(ChildProcessTest, AFileThatCannotBeWrittenIsNamed) {
  ChildProcess::Command command{
      .words = {"/bin/true"}, .stdout_path = "/no/such/folder/out", .stderr_path = ""};
  EXPECT_EQ(ChildProcess::Start(command).status(),
            absl::NotFoundError("can't write /no/such/folder/out: No such file or directory"));
}

TEST(ChildProcessTest, ADescriptorIsPassedAsNumberThreeAndNoOther) {
  const TempDir dir;
  // Without FD_CLOEXEC, so that they are there to be inherited; one of them may be number 3 here.
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const UniqueFd ours(ends[0]), theirs(ends[1]);
  const UniqueFd high(::fcntl(ends[0], F_DUPFD, 50));
  ASSERT_GE(high.get(), 50);
  ChildProcess::Command command =
      Words(dir, {"/bin/sh", "-c", "echo passed >&3; exec ls /proc/self/fd"});
  command.passed_fd = theirs.get();
  ChildProcess child = Begin(command);
  EXPECT_TRUE(Wait(child).ok());
  EXPECT_EQ(ReadAll(dir.File("out")), "0\n1\n2\n3\n4\n");  // 4: the folder that ls reads
  std::array<char, 7> text{};
  EXPECT_EQ(::read(ours.get(), text.data(), text.size()), 7);
  EXPECT_EQ(std::string(text.data(), text.size()), "passed\n");

  ChildProcess without = Shell(dir, "exec ls /proc/self/fd");
  EXPECT_TRUE(Wait(without).ok());
  EXPECT_EQ(ReadAll(dir.File("out")), "0\n1\n2\n3\n");
}

TEST(ChildProcessTest, ItsGroupIsItsOwnUnlessItIsToShareThisOne) {
  const TempDir dir;
  ChildProcess::Command command = Words(dir, {"/bin/sleep", "600"});
  const ChildProcess own = Begin(command);
  EXPECT_EQ(::getpgid(own.pid()), own.pid());
  command.own_group = false;
  const ChildProcess shared = Begin(command);
  EXPECT_EQ(::getpgid(shared.pid()), ::getpgid(0));
}

// The mask of that name in the text of /proc/PID/status.
uint64_t Mask(const std::string& status, const std::string& name) {
  const size_t at = status.find(name + ":");
  EXPECT_NE(at, std::string::npos);
  return std::stoull(status.substr(at + name.size() + 1), nullptr, 16);
}

TEST(ChildProcessTest, SignalsAreNeitherBlockedNorIgnoredInIt) {
  const TempDir dir;
  sigset_t blocked, before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &blocked, &before);
  const auto interrupt = ::signal(SIGINT, SIG_IGN);
  const auto broken_pipe = ::signal(SIGPIPE, SIG_IGN);
  ChildProcess child = Begin(Words(dir, {"/bin/cat", "/proc/self/status"}));
  ::signal(SIGINT, interrupt);
  ::signal(SIGPIPE, broken_pipe);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  EXPECT_TRUE(Wait(child).ok());
  const std::string status = ReadAll(dir.File("out"));
  EXPECT_EQ(Mask(status, "SigBlk"), 0u);
  const uint64_t ignored = Mask(status, "SigIgn");
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) {
    EXPECT_EQ(ignored >> (signal - 1) & 1, 0u) << signal;
  }
}

TEST(ChildProcessTest, ItsObjectsEndIsItsEnd) {
  const TempDir dir;
  pid_t pid = 0;
  {
    ChildProcess first = Shell(dir, "exec sleep 600");
    pid = first.pid();
    const ChildProcess child = std::move(first);
    EXPECT_FALSE(first.Ended()) << "there is none";
    EXPECT_EQ(child.pid(), pid);
    EXPECT_TRUE(IsThere(pid));
  }
  EXPECT_FALSE(IsThere(pid));
}

TEST(ChildProcessTest, WhatIsAssignedOverEnds) {
  const TempDir dir;
  ChildProcess child = Shell(dir, "exec sleep 600");
  const pid_t first = child.pid();
  child = Shell(dir, "exec sleep 600");
  EXPECT_FALSE(IsThere(first));
  EXPECT_TRUE(IsThere(child.pid()));
}

}  // namespace
}  // namespace specctl
