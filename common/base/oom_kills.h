// OomKills: how many processes of this process's control group the kernel has killed for their
// memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace specctl {

// How a process ended that was one of them, behind its name.
inline constexpr std::string_view kKilledByOom =
    "was killed by the kernel for want of memory (OOM: signal 9, and oom_kill of its cgroup grew)";

// Processes that this one starts are in its group, unless they are moved.  Not thread-safe.
class OomKills {
 public:
  // `root` stands before /proc and /sys/fs/cgroup.
  explicit OomKills(std::string root = "") : root_(std::move(root)), told_(Read()) {}

  // One that has not been told of: true, and it is told of.  False where the system doesn't tell.
  bool TakeOne();

 private:
  uint64_t Read() const;

  std::string root_;
  uint64_t told_;
};

}  // namespace specctl
