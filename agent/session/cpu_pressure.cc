#include "agent/session/cpu_pressure.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include <unistd.h>

namespace specctl::agent {
namespace {

bool Names(const std::string& controllers, const std::string& name) {
  std::istringstream list(controllers);
  for (std::string part; std::getline(list, part, ',');) {
    if (part == name) return true;
  }
  return false;
}

// Where the hierarchy that has the CPU quota is mounted, and this process's path in it; empty:
// none. A line is "number:controllers:path"; version 2 has the number 0 and names no controllers
// (cgroups(7)).
std::pair<std::string, std::string> FindCgroup(const std::string& root) {
  std::ifstream file(root + "/proc/self/cgroup");
  std::pair<std::string, std::string> unified;
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    // Version 1 mounts a hierarchy under the names of its controllers.
    if (Names(controllers, "cpu")) return {root + "/sys/fs/cgroup/" + controllers, path};
    if (controllers.empty()) unified = {root + "/sys/fs/cgroup", path};
  }
  return unified;
}

std::vector<std::string> FindStatFiles(const std::string& root) {
  auto [mount, path] = FindCgroup(root);
  std::vector<std::string> files;
  if (mount.empty()) return files;
  if (path == "/") path.clear();
  // Each group above may have a quota too.
  for (;; path.resize(path.rfind('/'))) {
    const std::string file = mount + path + "/cpu.stat";
    if (std::ifstream(file).good()) files.push_back(file);
    if (path.rfind('/') == std::string::npos) break;
  }
  return files;
}

// "throttled_usec" is version 2, "throttled_time", in ns, version 1.
uint64_t ThrottledNanos(const std::string& file) {
  std::ifstream stat(file);
  std::string key;
  uint64_t value = 0;
  while (stat >> key >> value) {
    if (key == "throttled_usec") return value * 1000;
    if (key == "throttled_time") return value;
  }
  return 0;
}

// Eighth number of the line "cpu" of proc(5)'s stat.
uint64_t StolenNanos(const std::string& file) {
  std::ifstream stat(file);
  std::string key;
  uint64_t ticks = 0;
  stat >> key;
  for (int i = 0; i < 8; ++i) stat >> ticks;
  const long ticks_per_s = ::sysconf(_SC_CLK_TCK);
  if (!stat || key != "cpu" || ticks_per_s <= 0) return 0;
  return ticks * (1'000'000'000 / static_cast<uint64_t>(ticks_per_s));
}

}  // namespace

CpuPressure::CpuPressure(std::string root)
    : root_(std::move(root)), stat_files_(FindStatFiles(root_)), before_(ReadAmounts()) {}

void CpuPressure::FollowCgroup() {
  std::vector<std::string> files = FindStatFiles(root_);
  if (files == stat_files_) return;
  stat_files_ = std::move(files);
  before_.throttled_ns = ReadAmounts().throttled_ns;
}

CpuPressure::Amounts CpuPressure::ReadAmounts() const {
  Amounts amounts;
  for (const std::string& file : stat_files_) amounts.throttled_ns += ThrottledNanos(file);
  amounts.stolen_ns = StolenNanos(root_ + "/proc/stat");
  return amounts;
}

CpuPressure::Amounts CpuPressure::TakeAmounts() {
  FollowCgroup();
  const Amounts now = ReadAmounts();
  const Amounts before = std::exchange(before_, now);
  // A counter that decreased belongs to another group: no time was lost.
  return {.throttled_ns = now.throttled_ns - std::min(now.throttled_ns, before.throttled_ns),
          .stolen_ns = now.stolen_ns - std::min(now.stolen_ns, before.stolen_ns)};
}

}  // namespace specctl::agent
