// A program run as a child of this process.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

namespace specctl {

// How a process ended.
struct ProcessEnd {
  int exit_status = 0;
  int signal = 0;  // that ended it; 0: it exited

  bool ok() const { return exit_status == 0 && signal == 0; }
};

// Started by posix_spawn, which is safe among threads (gRPC's too).  Reads nothing, inherits no
// descriptor but what is named here, has no signal blocked, and its default ways with SIGINT,
// SIGTERM and SIGPIPE.  Ends with its object; a program that is not to outlive a killed parent has
// to see to that itself (die_with_parent.h).
//
// Not thread-safe.
class ChildProcess {
 public:
  static constexpr int kPassedFd = 3;

  struct Command {
    std::vector<std::string> words;  // the program's path and its arguments
    std::string stdout_path;         // made, or emptied; "": where its stderr goes
    int output_fd = -1;              // its stdout and stderr, instead; stays open here; -1: none
    std::string stderr_path;         // the same; "": to this process's stderr
    int passed_fd = -1;              // the child has it as kPassedFd; stays open here; -1: none
    bool own_group = true;           // so that a terminal's Ctrl-C reaches this process alone
  };

  // Returns when the program runs.  To be called by a thread that lives as long as the child shall,
  // where that one dies with its parent.  Descriptors 0 to 2 are open.
  //
  // NOT_FOUND           no such program, or no folder for a file
  // RESOURCE_EXHAUSTED  the system refuses a process, memory or a descriptor
  // INTERNAL            anything else, e.g. no permission
  // The text names the program, or the file that can't be written.
  static absl::StatusOr<ChildProcess> Start(Command command);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess() { Kill(); }

  pid_t pid() const { return pid_; }
  // nullopt while it runs.
  std::optional<ProcessEnd> Ended();
  // Nothing where it has ended.
  void Signal(int signal);
  // Kills it where it runs still, and waits for its end.
  void Kill();

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_ = -1;  // -1: moved from
  std::optional<ProcessEnd> end_;
};

}  // namespace specctl
