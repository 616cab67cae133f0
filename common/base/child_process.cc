#include "common/base/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <initializer_list>

#include <absl/strings/str_format.h>

#include "common/base/unique_fd.h"

namespace specctl {
namespace {

absl::Status CannotDo(const std::string& what, int error) {
  const std::string text = absl::StrFormat("can't %s: %s", what, std::strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(text);
    // What may pass, or be mended with a limit.
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(text);
    default:
      return absl::InternalError(text);
  }
}

absl::StatusOr<UniqueFd> OpenToWrite(const std::string& path) {
  // 0600: a child's errors may name what it was given.
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (fd.get() < 0) return CannotDo("write " + path, errno);
  return fd;
}

// What is done between the start of the process and that of its program.
class SpawnSteps {
 public:
  SpawnSteps() {
    Note(::posix_spawn_file_actions_init(&actions_));
    Note(::posix_spawnattr_init(&attributes_));
  }
  SpawnSteps(const SpawnSteps&) = delete;
  ~SpawnSteps() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  void ReadNothing() {
    Note(::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
  }
  struct Placing {
    int fd = -1;
    int as = -1;  // the child's number
  };
  void Place(Placing placing) {
    Note(::posix_spawn_file_actions_adddup2(&actions_, placing.fd, placing.as));
  }
  void CloseFrom(int fd) { Note(::posix_spawn_file_actions_addclosefrom_np(&actions_, fd)); }

  void SetAttributes(bool own_group) {
    sigset_t blocked;
    sigset_t reset;
    ::sigemptyset(&blocked);
    ::sigemptyset(&reset);
    // What this process ignores or blocks, the child would inherit.
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) ::sigaddset(&reset, signal);
    Note(::posix_spawnattr_setsigmask(&attributes_, &blocked));
    Note(::posix_spawnattr_setsigdefault(&attributes_, &reset));
    Note(::posix_spawnattr_setpgroup(&attributes_, 0));
    const int flags =
        POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (own_group ? POSIX_SPAWN_SETPGROUP : 0);
    Note(::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags)));
  }

  // The error of this or of an earlier call; 0: `pid` is the process's.
  int Spawn(char* const* argv, pid_t& pid) {
    if (error_ == 0) error_ = ::posix_spawn(&pid, argv[0], &actions_, &attributes_, argv, environ);
    return error_;
  }

 private:
  void Note(int error) {
    if (error_ == 0) error_ = error;
  }

  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
  int error_ = 0;
};

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::Start(Command command) {
  const std::string starting = "start " + command.words.at(0);
  UniqueFd out, err, passed;
  for (const auto& [path, file] :
       {std::pair{&command.stdout_path, &out}, std::pair{&command.stderr_path, &err}}) {
    if (path->empty()) continue;
    auto opened = OpenToWrite(*path);
    if (!opened.ok()) return opened.status();
    *file = *std::move(opened);
  }
  if (command.passed_fd >= 0) {
    // Out of the way of the number it is to have: a dup2 onto itself would leave it to be closed.
    passed = UniqueFd(::fcntl(command.passed_fd, F_DUPFD_CLOEXEC, kPassedFd + 1));
    if (passed.get() < 0) return CannotDo(starting, errno);
  }
  SpawnSteps steps;
  steps.ReadNothing();
  if (command.output_fd >= 0) {
    steps.Place({.fd = command.output_fd, .as = STDERR_FILENO});
  } else if (err.get() >= 0) {
    steps.Place({.fd = err.get(), .as = STDERR_FILENO});
  }
  // Without a file of its own its output goes where errors go: standard output is the parent's
  // page.
  steps.Place({.fd = out.get() >= 0 ? out.get() : STDERR_FILENO, .as = STDOUT_FILENO});
  if (passed.get() >= 0) steps.Place({.fd = passed.get(), .as = kPassedFd});
  // A descriptor that leaks would keep a socket or pipe open after this process has ended.
  steps.CloseFrom(passed.get() >= 0 ? kPassedFd + 1 : kPassedFd);
  steps.SetAttributes(command.own_group);
  std::vector<char*> argv;
  for (std::string& word : command.words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  if (const int error = steps.Spawn(argv.data(), pid); error != 0) {
    return CannotDo(starting, error);
  }
  return ChildProcess(pid);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), end_(other.end_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this == &other) return *this;
  Kill();
  pid_ = std::exchange(other.pid_, -1);
  end_ = other.end_;
  return *this;
}

std::optional<ProcessEnd> ChildProcess::Ended() {
  int status = 0;
  if (end_ || pid_ < 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return end_;
  end_ = WIFSIGNALED(status) ? ProcessEnd{.exit_status = 0, .signal = WTERMSIG(status)}
                             : ProcessEnd{.exit_status = WEXITSTATUS(status), .signal = 0};
  return end_;
}

void ChildProcess::Signal(int signal) {
  // Ended() reaps: a number that was reused must not get the signal.
  if (pid_ >= 0 && !Ended()) ::kill(pid_, signal);
}

void ChildProcess::Kill() {
  if (pid_ < 0 || Ended()) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  end_ = ProcessEnd{.exit_status = 0, .signal = SIGKILL};
}

}  // namespace specctl
