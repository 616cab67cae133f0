// Runs the steps of a preflight: null servers, each a process, and a real run against them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "common/analysis/results.h"
#include "common/base/child_process.h"
#include "common/base/clock.h"
#include "controller/fleet/fleet.h"
#include "controller/run/stop_token.h"
#include "tools/specctl/preflight_rate.h"
#include "tools/specctl/preflight_step.h"

namespace specctl::cli {

// Every step is a run on the same fleet, which grows to the agents that the largest wants; those
// that a step does without are idle.
//
// Not thread-safe.  Its folder for what the processes write, and for the steps' journals, goes with
// it.
class PreflightRunner {
 public:
  struct Options {
    Nanos duration{0};           // of full load, in each step
    controller::StopToken stop;  // the first request ends a step, and its null servers, at once
  };

  // `fleet` must outlive it.
  PreflightRunner(Options options, controller::Fleet& fleet)
      : options_(std::move(options)), fleet_(fleet) {}
  PreflightRunner(const PreflightRunner&) = delete;
  PreflightRunner& operator=(const PreflightRunner&) = delete;
  ~PreflightRunner();

  // One step, with a null server for each agent (StepRequest).
  //
  // CANCELLED          interrupted
  // UNAVAILABLE        a null server, or the folder for what the processes write, can't be had
  // DEADLINE_EXCEEDED  a null server did not begin, or end, in time
  // others             the run was refused, or failed; the text is its own
  absl::StatusOr<JudgedStep> Run(const StepLoad& load);
  // The same for a rate of arrivals (RateRequest).
  absl::StatusOr<JudgedRate> RunRate(const RateLoad& load);

 private:
  std::string File(const std::string& name) const { return (folder_ / name).string(); }
  // Of null server `i`.
  std::string File(const std::string& name, size_t i) const;
  absl::Status MakeFolder();
  // Polls a null server until `done`; `what` it is waited for.  CANCELLED, DEADLINE_EXCEEDED
  absl::Status Await(const std::function<bool()>& done, std::string_view what) const;
  // Their URLs.  Those that were started are in `servers` in any case.
  struct NullServers {
    uint32_t count = 1;
    double chunks_per_s = 0;  // of each stream
  };
  absl::StatusOr<std::vector<std::string>> StartNullServers(const NullServers& wanted,
                                                            std::vector<ChildProcess>& servers);
  absl::StatusOr<std::vector<sim::PaceSummary>> EndNullServers(std::vector<ChildProcess>& servers);
  // What a run on null servers came to, and what they report.
  struct Measured {
    Results results;
    std::vector<sim::PaceSummary> null_servers;
  };
  using MakeRequest = std::function<absl::StatusOr<controller::MeasureRequest>(
      const std::vector<std::string>& urls)>;
  absl::StatusOr<Measured> MeasureOn(const NullServers& wanted, const MakeRequest& make_request);
  absl::StatusOr<Results> RunRequest(controller::MeasureRequest request);

  const Options options_;
  controller::Fleet& fleet_;
  std::filesystem::path folder_;  // empty: not made yet
};

}  // namespace specctl::cli
