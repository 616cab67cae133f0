// A program run as a child of this process, which it never outlives.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

namespace specctl::cli {

// Reads nothing, and writes into files.  Not thread-safe.
class ChildProcess {
 public:
  struct Command {
    std::vector<std::string> words;  // the program's path and its arguments
    std::string stdout_path;         // made, or emptied
    std::string stderr_path;
  };

  // To be called before gRPC is used, by a thread that lives as long as the child shall.
  // RESOURCE_EXHAUSTED  the system refuses a process
  // A program or a file that can't be opened shows as exit status 127.
  static absl::StatusOr<ChildProcess> Start(Command command);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) = delete;
  ~ChildProcess();  // kills it where it runs still, and waits for it

  // nullopt while it runs; then its exit status, or 128 + the signal that ended it.
  std::optional<int> Ended();
  // Nothing where it has ended.
  void Signal(int signal);

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_ = -1;  // -1: moved from
  std::optional<int> exit_status_;
};

}  // namespace specctl::cli
