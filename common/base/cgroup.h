// Where the kernel tells of this process's control groups.
#pragma once

#include <string>
#include <vector>

namespace specctl {

struct CgroupFile {
  std::string controller;  // e.g. "cpu": whose hierarchy it is, where there are several (version 1)
  std::string name;        // e.g. "cpu.stat"
  std::string root = "";   // stands before /proc and /sys/fs/cgroup
};

// Paths of that file: of this process's group, then of each around it, those that can be read.
// Empty where the system has none.
std::vector<std::string> FindCgroupFiles(const CgroupFile& file);

}  // namespace specctl
