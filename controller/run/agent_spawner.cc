#include "controller/run/agent_spawner.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>

namespace specctl::controller {
namespace {

constexpr Nanos kReapInterval = std::chrono::milliseconds(5);

std::string HowItEnded(uint32_t agent, pid_t pid, const ProcessEnd& end) {
  const std::string who = absl::StrFormat("agent %d (pid %d)", agent, pid);
  if (end.signal != 0) return absl::StrFormat("%s was killed by signal %d", who, end.signal);
  return absl::StrFormat("%s exited with status %d", who, end.exit_status);
}

}  // namespace

absl::StatusOr<AgentSpawner> AgentSpawner::Spawn(uint32_t agents,
                                                 std::vector<std::string> command) {
  command.insert(command.end(), {"--spawned-fd", std::to_string(ChildProcess::kPassedFd)});
  AgentSpawner spawner;
  for (uint32_t agent = 0; agent < agents; ++agent) {
    int ends[2] = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      return absl::ResourceExhaustedError(absl::StrFormat(
          "--agents: can't start agent %d: socketpair: %s", agent, std::strerror(errno)));
    }
    UniqueFd ours(ends[0]);
    const UniqueFd theirs(ends[1]);
    auto child = ChildProcess::Start(
        {.words = command, .stdout_path = "", .stderr_path = "", .passed_fd = theirs.get()});
    if (!child.ok()) {
      return absl::Status(
          child.status().code(),
          absl::StrFormat("--agents: agent %d: %s", agent, std::string(child.status().message())));
    }
    spawner.processes_.push_back(
        {.agent = agent, .child = *std::move(child), .stream = std::move(ours), .reported = false});
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
    send(process.stream.get(), line.data(), line.size(), MSG_NOSIGNAL);
  }
}

std::vector<AgentSpawner::Death> AgentSpawner::TakeDeaths() {
  std::vector<Death> deaths;
  for (Process& process : processes_) {
    if (process.reported) continue;
    const auto end = process.child.Ended();
    if (!end) continue;
    process.reported = true;
    deaths.push_back(
        {.agent = process.agent, .how = HowItEnded(process.agent, process.child.pid(), *end)});
  }
  return deaths;
}

void AgentSpawner::End(Nanos patience) {
  const MonoTime deadline = MonoNow() + patience;
  for (Process& process : processes_) process.stream.Reset();
  const auto all_ended = [this] {
    return std::all_of(processes_.begin(), processes_.end(),
                       [](Process& process) { return process.child.Ended().has_value(); });
  };
  while (!all_ended() && MonoNow() < deadline) std::this_thread::sleep_for(kReapInterval);
  for (Process& process : processes_) {
    process.child.Kill();
    process.reported = true;
  }
}

std::vector<pid_t> AgentSpawner::pids() const {
  std::vector<pid_t> pids;
  for (const Process& process : processes_) pids.push_back(process.child.pid());
  return pids;
}

}  // namespace specctl::controller
