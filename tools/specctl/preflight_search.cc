#include "tools/specctl/preflight_search.h"

#include <algorithm>
#include <optional>
#include <string>

#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"
#include "common/report/number_text.h"
#include "tools/specctl/preflight_plan.h"
#include "tools/specctl/print_page.h"

namespace specctl::cli {
namespace {

constexpr size_t kCheckTries = 2;

// Makes a step, and says so.  The text of an error names its load.
absl::StatusOr<JudgedStep> MakeStep(const PreflightRunner& runner, const StepLoad& load) {
  std::string text = CountedText(load.streams, "stream");
  if (load.agents > 1) text += " over " + CountedText(load.agents, "agent");
  Say(absl::StrFormat("%s at %s chunks/s each ...", text, FormatDouble(load.chunks_per_s)));
  auto step = runner.Run(load);
  if (step.ok()) return step;
  return absl::Status(step.status().code(),
                      absl::StrFormat("%s: %s", text, std::string(step.status().message())));
}

// The search for the ceiling.  An error other than CANCELLED ends it, and is told as what stopped
// it.
absl::Status Search(const PreflightRunner& runner, uint32_t streams_max, Preflight& preflight) {
  StreamSearch search(streams_max);
  while (const std::optional<uint32_t> streams = search.Next()) {
    const StepLoad load = {.agents = preflight.agents,
                           .streams = *streams * preflight.agents,
                           .chunks_per_s = preflight.chunks_per_s};
    auto step = MakeStep(runner, load);
    // Interrupted: no ceiling is told, not even of the steps so far.
    if (absl::IsCancelled(step.status())) return step.status();
    // What was found so far stands; the page says what stopped it.
    if (!step.ok()) {
      preflight.stopped_by = std::string(step.status().message());
      break;
    }
    search.AddResult(step->state == StepState::kKept);
    preflight.steps.push_back(*std::move(step));
  }
  preflight.streams_kept = search.highest_kept();
  preflight.streams_not_kept = search.lowest_not_kept();
  return absl::OkStatus();
}

// Checks the plan, where there is one: as in the search, what is not kept is tried once more.  An
// error other than CANCELLED is told as what stopped the check.
absl::Status CheckPlan(const PreflightRunner& runner, Preflight& preflight) {
  const std::optional<AgentDemand> demand = DemandOf(preflight);
  if (!demand) return absl::OkStatus();
  const StepLoad load = CheckLoad(*demand, PlanAgents(*demand));
  do {
    auto step = MakeStep(runner, load);
    if (absl::IsCancelled(step.status())) return step.status();
    if (!step.ok()) {
      preflight.check_stopped_by = std::string(step.status().message());
      return absl::OkStatus();
    }
    preflight.checks.push_back(*std::move(step));
  } while (CheckedState(preflight) != StepState::kKept && preflight.checks.size() < kCheckTries);
  return absl::OkStatus();
}

}  // namespace

absl::Status FindCeiling(const PreflightRunner& runner, uint32_t streams_max,
                         Preflight& preflight) {
  if (absl::Status made = Search(runner, streams_max, preflight); !made.ok()) return made;
  return CheckPlan(runner, preflight);
}

absl::Status TryRate(const PreflightRunner& runner, uint32_t agents, RatePreflight& preflight) {
  for (;; agents = std::min(2 * agents, preflight.AgentsMax())) {
    const RateLoad load{.agents = agents, .rate_per_s = preflight.rate_per_s};
    Say(absl::StrFormat("%s requests/s over %s ...", FormatDouble(load.rate_per_s),
                        CountedText(agents, "agent")));
    auto step = runner.RunRate(load);
    if (absl::IsCancelled(step.status())) return step.status();
    if (!step.ok()) {
      preflight.stopped_by = std::string(step.status().message());
      return absl::OkStatus();
    }
    preflight.steps.push_back(*std::move(step));
    if (preflight.IsKept() || agents >= preflight.AgentsMax()) return absl::OkStatus();
  }
}

}  // namespace specctl::cli
