// Runs the steps of a preflight: a null server and a real run against it, each a process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include <absl/status/statusor.h>

#include "common/base/clock.h"
#include "tools/specctl/preflight_step.h"

namespace specctl::cli {

// Not thread-safe.  Its folder for what the processes write goes with it.
class PreflightRunner {
 public:
  struct Options {
    double chunks_per_s = 50;  // of each stream
    Nanos duration{0};         // of full load, in each step
    // Asked while a step runs: true ends it, and its processes, at once.
    std::function<bool()> interrupted;
  };

  explicit PreflightRunner(Options options) : options_(std::move(options)) {}
  PreflightRunner(const PreflightRunner&) = delete;
  PreflightRunner& operator=(const PreflightRunner&) = delete;
  ~PreflightRunner();

  // One step.  Streams begin evenly over the time of a reply, are all open for the duration, and
  // end as evenly.
  //
  // CANCELLED          interrupted
  // UNAVAILABLE        the null server, or the folder for what the processes write, can't be had
  // FAILED_PRECONDITION  the run refused or failed; the text is its own
  // DEADLINE_EXCEEDED  the run did not end
  absl::StatusOr<JudgedStep> Run(uint32_t streams);

 private:
  std::string File(const std::string& name) const { return (folder_ / name).string(); }
  absl::Status MakeFolder();
  absl::StatusOr<StepFigures> RunAgainst(const std::string& url, uint32_t streams);

  const Options options_;
  std::filesystem::path folder_;  // empty: not made yet
};

}  // namespace specctl::cli
