#include "controller/fleet/agent_spawner.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>

namespace specctl::controller {
namespace {

constexpr Nanos kReapInterval = std::chrono::milliseconds(5);

std::string HowItEnded(uint32_t number, pid_t pid, const ProcessEnd& end, OomKills& oom_kills) {
  const std::string who = absl::StrFormat("agent %d (pid %d)", number, pid);
  if (end.signal == SIGKILL && oom_kills.TakeOne()) return who + " " + std::string(kKilledByOom);
  if (end.signal != 0) return absl::StrFormat("%s was killed by signal %d", who, end.signal);
  return absl::StrFormat("%s exited with status %d", who, end.exit_status);
}

std::vector<std::string> WithDescriptor(std::vector<std::string> command) {
  command.insert(command.end(), {"--spawned-fd", std::to_string(ChildProcess::kPassedFd)});
  return command;
}

}  // namespace

AgentSpawner::AgentSpawner(std::vector<std::string> command, std::string cgroup_root)
    : command_(WithDescriptor(std::move(command))), oom_kills_(std::move(cgroup_root)) {}

AgentSpawner::~AgentSpawner() { End(Nanos(0)); }

absl::Status AgentSpawner::Start(const SpawnOrder& order) {
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "--agents: can't start agent %d: socketpair: %s", order.number, std::strerror(errno)));
  }
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  auto child = ChildProcess::Start(
      {.words = command_, .stdout_path = "", .stderr_path = "", .passed_fd = theirs.get()});
  if (!child.ok()) {
    return absl::Status(child.status().code(),
                        absl::StrFormat("--agents: agent %d: %s", order.number,
                                        std::string(child.status().message())));
  }
  const std::string line = EncodeSpawnOrder(order) + "\n";
  // Far less than a socket's buffer: taken whole, or the agent is dead, which TakeDeaths tells.
  send(ours.get(), line.data(), line.size(), MSG_NOSIGNAL);
  processes_.push_back(
      {.number = order.number, .child = *std::move(child), .stream = std::move(ours)});
  return absl::OkStatus();
}

std::vector<AgentSpawner::Death> AgentSpawner::TakeDeaths() {
  std::vector<Death> deaths;
  std::erase_if(processes_, [this, &deaths](Process& process) {
    const auto end = process.child.Ended();
    if (!end) return false;
    deaths.push_back({.number = process.number,
                      .how = HowItEnded(process.number, process.child.pid(), *end, oom_kills_)});
    return true;
  });
  return deaths;
}

void AgentSpawner::End(Nanos patience) {
  const MonoTime deadline = MonoNow() + patience;
  // An agent exits by itself when its stream ends.
  for (Process& process : processes_) process.stream.Reset();
  const auto all_ended = [this] {
    return std::all_of(processes_.begin(), processes_.end(),
                       [](Process& process) { return process.child.Ended().has_value(); });
  };
  while (!all_ended() && MonoNow() < deadline) std::this_thread::sleep_for(kReapInterval);
  // Agents that are still running have had their time and are killed.
  processes_.clear();
}

std::vector<pid_t> AgentSpawner::pids() const {
  std::vector<pid_t> pids;
  for (const Process& process : processes_) pids.push_back(process.child.pid());
  return pids;
}

}  // namespace specctl::controller
