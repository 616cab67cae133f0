// Runs the steps of a preflight: null servers and a real run against them, each a process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "common/base/child_process.h"
#include "common/base/clock.h"
#include "tools/specctl/preflight_step.h"

namespace specctl::cli {

// Not thread-safe.  Its folder for what the processes write goes with it.
class PreflightRunner {
 public:
  struct Options {
    Nanos duration{0};  // of full load, in each step
    // Asked while a step runs: true ends it, and its processes, at once.
    std::function<bool()> interrupted;
  };

  explicit PreflightRunner(Options options) : options_(std::move(options)) {}
  PreflightRunner(const PreflightRunner&) = delete;
  PreflightRunner& operator=(const PreflightRunner&) = delete;
  ~PreflightRunner();

  // One step, with a null server for each agent.  Streams begin evenly over the time of a reply,
  // are all open for the duration, and end as evenly.
  //
  // CANCELLED          interrupted
  // UNAVAILABLE        a null server, or the folder for what the processes write, can't be had
  // FAILED_PRECONDITION  the run refused or failed; the text is its own
  // DEADLINE_EXCEEDED  the run did not end
  absl::StatusOr<JudgedStep> Run(const StepLoad& load);

 private:
  std::string File(const std::string& name) const { return (folder_ / name).string(); }
  // Of null server `i`.
  std::string File(const std::string& name, size_t i) const;
  absl::Status MakeFolder();
  // Their URLs, as --url takes them.  Those that were started are in `servers` in any case.
  absl::StatusOr<std::string> StartNullServers(const StepLoad& load,
                                               std::vector<ChildProcess>& servers);
  absl::StatusOr<std::vector<sim::PaceSummary>> EndNullServers(std::vector<ChildProcess>& servers);
  absl::StatusOr<StepFigures> RunAgainst(const std::string& urls, const StepLoad& load);

  const Options options_;
  std::filesystem::path folder_;  // empty: not made yet
};

}  // namespace specctl::cli
