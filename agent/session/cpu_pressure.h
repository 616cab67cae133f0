// CpuPressure: how long this process was kept from the CPU by a quota or by the hypervisor.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace specctl::agent {

// Reads files of /proc and /sys, some 50 us; not for the reactor's thread.  Not thread-safe.
class CpuPressure {
 public:
  // `root` stands before /proc and /sys/fs/cgroup.
  explicit CpuPressure(std::string root = "");

  struct Amounts {
    uint64_t throttled_ns = 0;  // by the quotas of this process's cgroup and those around it
    uint64_t stolen_ns = 0;     // from the host, summed over its cores
  };
  // Since the last call, or since construction.  0 where the system doesn't tell.
  Amounts TakeAmounts();

 private:
  Amounts ReadAmounts() const;
  void FollowCgroup();  // the process may have been moved to another

  const std::string root_;
  std::vector<std::string> stat_files_;  // cpu.stat of the cgroup and of those around it
  Amounts before_;
};

}  // namespace specctl::agent
