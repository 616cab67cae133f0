// MemoryMark: a note of how much memory an agent's container uses, by which the process after it
// tells how it ended.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <thread>

#include "common/base/clock.h"

namespace specctl::cli {

// The kernel kills whom it kills for want of memory without a word, in a container with all that is
// in it; its successor in the pod finds the folder as it was left.  A process that ends by itself
// takes its note away.  Where no limit of memory is set, there is no note.
//
// The note is written by a thread of its own, once a second.
class MemoryMark {
 public:
  struct Options {
    std::string folder;  // that outlives the process
    std::string name;    // of the agent
    Nanos interval = std::chrono::seconds(1);
    std::string root = "";  // stands before /proc and /sys/fs/cgroup
  };

  explicit MemoryMark(const Options& options);
  MemoryMark(const MemoryMark&) = delete;
  ~MemoryMark();

  // How the process before this one ended, to stand behind its name: "was killed, for want of
  // memory as it seems: its container used 500 of 512 MiB". Empty: by itself, or nobody knows.
  const std::string& predecessor_end() const { return predecessor_end_; }

 private:
  void WriteOn(const std::stop_token& ending, Nanos interval) const;
  void Write() const;

  const std::string path_, root_;
  std::string predecessor_end_;
  uint64_t limit_bytes_ = 0;  // 0: none
  std::jthread writer_;
};

}  // namespace specctl::cli
