#include "tools/specctl/child_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/bind_to_parent.h"

namespace specctl::cli {
namespace {

constexpr int kCannotRun = 127;
constexpr int kSignalBase = 128;

// Between fork and exec.
[[noreturn]] void Become(char* const* argv, const char* out_path, const char* err_path,
                         pid_t parent) {
  constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
  if (!BindToParent(parent)) _exit(kCannotRun);
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int out = open(out_path, kWrite | O_CLOEXEC, 0600);
  const int err = open(err_path, kWrite | O_CLOEXEC, 0600);
  const bool placed = in >= 0 && out >= 0 && err >= 0 && dup2(in, STDIN_FILENO) >= 0 &&
                      dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0;
  if (!placed || close_range(STDERR_FILENO + 1, ~0u, 0) != 0) _exit(kCannotRun);
  execv(argv[0], argv);
  _exit(kCannotRun);
}

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::Start(Command command) {
  std::vector<char*> argv;
  for (std::string& word : command.words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    Become(argv.data(), command.stdout_path.c_str(), command.stderr_path.c_str(), parent);
  }
  if (pid < 0) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("can't start %s: %s", command.words.front(), std::strerror(errno)));
  }
  return ChildProcess(pid);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), exit_status_(other.exit_status_) {}

ChildProcess::~ChildProcess() {
  if (pid_ < 0 || Ended()) return;
  Signal(SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::optional<int> ChildProcess::Ended() {
  int status = 0;
  if (!exit_status_ && waitpid(pid_, &status, WNOHANG) == pid_) {
    exit_status_ = WIFSIGNALED(status) ? kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
  }
  return exit_status_;
}

void ChildProcess::Signal(int signal) {
  if (!Ended()) kill(pid_, signal);
}

}  // namespace specctl::cli
