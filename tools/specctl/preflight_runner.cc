#include "tools/specctl/preflight_runner.h"

#include <string>

#include <absl/strings/str_format.h>

#include "tools/specctl/preflight_request.h"

namespace specctl::cli {

absl::StatusOr<JudgedStep> PreflightRunner::Run(const StepLoad& load) const {
  const auto results = Measured(StepRequest(load, duration_));
  if (!results.ok()) return results.status();
  return JudgeStep(load, FiguresOf(*results));
}

absl::StatusOr<JudgedRate> PreflightRunner::RunRate(const RateLoad& load) const {
  const auto results = Measured(RateRequest(load, duration_));
  if (!results.ok()) return results.status();
  return JudgeRate(load, *results);
}

absl::StatusOr<Results> PreflightRunner::Measured(controller::MeasureRequest request) const {
  auto results = measure_(std::move(request));
  if (!results.ok()) return results;
  for (const AgentFigures& agent : results->agents) {
    // Of a lost agent the verdict tells.
    if (agent.lost || agent.null_server) continue;
    const std::string& reason = results->end.reason;
    return absl::UnavailableError(
        absl::StrFormat("agent %d (%s): its null server ended without its report%s", agent.agent,
                        agent.host.hostname, reason.empty() ? "" : "; the run: " + reason));
  }
  return results;
}

}  // namespace specctl::cli
