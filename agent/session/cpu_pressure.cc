#include "agent/session/cpu_pressure.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include <unistd.h>

#include "common/base/cgroup.h"

namespace specctl::agent {
namespace {

// Each group around this process's may have a quota too.
std::vector<std::string> StatFiles(const std::string& root) {
  return FindCgroupFiles({.controller = "cpu", .name = "cpu.stat", .root = root});
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
    : root_(std::move(root)), stat_files_(StatFiles(root_)), before_(ReadAmounts()) {}

void CpuPressure::FollowCgroup() {
  std::vector<std::string> files = StatFiles(root_);
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
