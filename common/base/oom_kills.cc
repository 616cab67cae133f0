#include "common/base/oom_kills.h"

#include <fstream>
#include <vector>

#include "common/base/cgroup.h"

namespace specctl {

uint64_t OomKills::Read() const {
  // Version 2, whose counts are of the groups within as well; version 1 has it in oom_control.
  for (const char* name : {"memory.events", "memory.oom_control"}) {
    const std::vector<std::string> files =
        FindCgroupFiles({.controller = "memory", .name = name, .root = root_});
    if (files.empty()) continue;
    std::ifstream events(files.front());
    std::string key;
    for (uint64_t value = 0; events >> key >> value;) {
      if (key == "oom_kill") return value;
    }
  }
  return 0;
}

bool OomKills::TakeOne() {
  const uint64_t now = Read();
  // A count that fell is of another group.
  if (now < told_) told_ = now;
  if (now == told_) return false;
  ++told_;
  return true;
}

}  // namespace specctl
