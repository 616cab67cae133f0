#include "controller/run/agent_spawner.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/bind_to_parent.h"

namespace specctl::controller {
namespace {

constexpr int kAgentFd = 3;
constexpr int kCannotRun = 127;
constexpr Nanos kReapInterval = std::chrono::milliseconds(5);

// The child between fork and exec: only calls that are safe after a fork among threads.
[[noreturn]] void BecomeAgent(int fd, char* const* argv, pid_t parent) {
  if (!BindToParent(parent)) _exit(kCannotRun);
  // Its end must not be in the way of the numbers it is to have.
  const int moved = fcntl(fd, F_DUPFD, kAgentFd + 1);
  const int null = open("/dev/null", O_RDONLY);
  const bool placed = moved >= 0 && null >= 0 && dup2(moved, kAgentFd) >= 0 &&
                      dup2(null, STDIN_FILENO) >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0;
  if (!placed || close_range(kAgentFd + 1, ~0u, 0) != 0) _exit(kCannotRun);
  execv(argv[0], argv);
  _exit(kCannotRun);
}

std::string HowItEnded(uint32_t agent, pid_t pid, int status) {
  if (WIFSIGNALED(status)) {
    return absl::StrFormat("agent %d (pid %d) was killed by signal %d", agent, pid,
                           WTERMSIG(status));
  }
  if (WEXITSTATUS(status) == kCannotRun) {
    return absl::StrFormat("agent %d (pid %d) could not be run (exit status %d)", agent, pid,
                           kCannotRun);
  }
  return absl::StrFormat("agent %d (pid %d) exited with status %d", agent, pid,
                         WEXITSTATUS(status));
}

absl::Status SystemError(const char* operation, uint32_t agent) {
  return absl::ResourceExhaustedError(absl::StrFormat("--agents: can't start agent %d: %s: %s",
                                                      agent, operation, std::strerror(errno)));
}

}  // namespace

absl::StatusOr<AgentSpawner> AgentSpawner::Spawn(uint32_t agents,
                                                 std::vector<std::string> command) {
  command.insert(command.end(), {"--spawned-fd", std::to_string(kAgentFd)});
  std::vector<char*> argv;
  for (std::string& argument : command) argv.push_back(argument.data());
  argv.push_back(nullptr);
  AgentSpawner spawner;
  const pid_t parent = getpid();
  for (uint32_t agent = 0; agent < agents; ++agent) {
    int ends[2] = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      return SystemError("socketpair", agent);
    }
    const pid_t pid = fork();
    if (pid == 0) BecomeAgent(ends[1], argv.data(), parent);
    const absl::Status forked = pid < 0 ? SystemError("fork", agent) : absl::OkStatus();
    close(ends[1]);
    if (!forked.ok()) {
      close(ends[0]);
      return forked;
    }
    spawner.processes_.push_back({.agent = agent, .pid = pid, .fd = ends[0], .ended = false});
  }
  return spawner;
}

AgentSpawner::AgentSpawner(AgentSpawner&& other) noexcept
    : processes_(std::exchange(other.processes_, {})) {}

AgentSpawner::~AgentSpawner() { End(Nanos(0)); }

void AgentSpawner::Announce(const std::string& address, const std::string& token) {
  for (const Process& process : processes_) {
    const std::string line = absl::StrFormat("%s %s %d\n", address, token, process.agent);
    // Far less than a socket's buffer: taken whole, or the agent is dead, which TakeDeaths tells.
    send(process.fd, line.data(), line.size(), MSG_NOSIGNAL);
  }
}

std::vector<AgentSpawner::Death> AgentSpawner::TakeDeaths() {
  std::vector<Death> deaths;
  for (Process& process : processes_) {
    int status = 0;
    if (process.ended || waitpid(process.pid, &status, WNOHANG) != process.pid) continue;
    process.ended = true;
    deaths.push_back(
        {.agent = process.agent, .how = HowItEnded(process.agent, process.pid, status)});
  }
  return deaths;
}

void AgentSpawner::End(Nanos patience) {
  const MonoTime deadline = MonoNow() + patience;
  for (Process& process : processes_) {
    if (process.fd >= 0) close(std::exchange(process.fd, -1));
  }
  const auto all_ended = [this] {
    return std::all_of(processes_.begin(), processes_.end(),
                       [](const Process& process) { return process.ended; });
  };
  for (TakeDeaths(); !all_ended() && MonoNow() < deadline; TakeDeaths()) {
    std::this_thread::sleep_for(kReapInterval);
  }
  for (Process& process : processes_) {
    if (process.ended) continue;
    kill(process.pid, SIGKILL);
    waitpid(process.pid, nullptr, 0);
    process.ended = true;
  }
}

std::vector<pid_t> AgentSpawner::pids() const {
  std::vector<pid_t> pids;
  for (const Process& process : processes_) pids.push_back(process.pid);
  return pids;
}

}  // namespace specctl::controller
