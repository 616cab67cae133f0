#include "controller/live/metrics_text.h"

#include <charconv>
#include <string_view>

#include <absl/strings/str_format.h>

#include "common/report/result_names.h"

namespace specctl::controller {
namespace {

constexpr double kMsPerS = 1e3;

// A family of samples.
class Family {
 public:
  Family(std::string& out, std::string_view name, std::string_view type, std::string_view help)
      : out_(out), name_(name) {
    absl::StrAppendFormat(&out_, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
  }
  void AddSample(double value) { AddLine("", value); }
  // The label's values are ours: nothing in them needs escaping.
  void AddSample(std::string_view label, std::string_view label_value, double value) {
    AddLine(absl::StrFormat("{%s=\"%s\"}", label, label_value), value);
  }

 private:
  void AddLine(std::string_view labels, double value) {
    std::array<char, 32> number;
    const auto end = std::to_chars(number.data(), number.data() + number.size(), value).ptr;
    absl::StrAppendFormat(
        &out_, "%s%s %s\n", name_, labels,
        std::string_view(number.data(), static_cast<size_t>(end - number.data())));
  }

  std::string& out_;
  const std::string_view name_;
};

void AddQuantiles(std::string& out, std::string_view name, std::string_view help,
                  std::optional<double> p50_ms, std::optional<double> p99_ms) {
  if (!p50_ms && !p99_ms) return;
  Family family(out, name, "gauge", help);
  if (p50_ms) family.AddSample("quantile", "0.5", *p50_ms / kMsPerS);
  if (p99_ms) family.AddSample("quantile", "0.99", *p99_ms / kMsPerS);
}

void AddRun(std::string& out, const LiveFigures& run) {
  Family(out, "specctl_run_elapsed_seconds", "gauge", "Time since T0 of the run in progress.")
      .AddSample(run.elapsed_s);
  Family stage(out, "specctl_run_stage", "gauge", "1 for the stage that the run is in.");
  for (int i = 0; i < static_cast<int>(LiveStage::kEnd); ++i) {
    const auto each = static_cast<LiveStage>(i);
    stage.AddSample("stage", LiveStageName(each), each == run.stage ? 1 : 0);
  }
  if (!run.output_tps_by_second.empty()) {
    Family(out, "specctl_run_output_tps", "gauge",
           "Output tokens per second, cluster-wide, in the last whole second.")
        .AddSample(run.output_tps_by_second.back());
  }
  Family(out, "specctl_run_requests_in_flight", "gauge", "Requests in flight.")
      .AddSample(static_cast<double>(run.in_flight));
  Family requests(out, "specctl_run_requests", "gauge",
                  "Requests of the run in progress that have ended.");
  requests.AddSample("outcome", "ok", static_cast<double>(run.done - run.failed));
  requests.AddSample("outcome", "failed", static_cast<double>(run.failed));
  AddQuantiles(out, "specctl_run_ttft_seconds", "Time to first token over the last 10 s.",
               run.ttft_p50_ms, run.ttft_p99_ms);
  AddQuantiles(out, "specctl_run_step_latency_seconds", "Step latency over the last 10 s.",
               run.step_p50_ms, run.step_p99_ms);
  Family verdict(out, "specctl_run_verdict", "gauge", "1 for the run's verdict so far.");
  for (const VerdictState state :
       {VerdictState::kValid, VerdictState::kDegraded, VerdictState::kInvalid}) {
    verdict.AddSample("state", VerdictName(state), run.verdict.state == state ? 1 : 0);
  }
  Family(out, "specctl_run_agents_lost", "gauge", "Agents that the run has lost.")
      .AddSample(run.agents_lost);
}

}  // namespace

std::string MetricsText(const ControllerFacts& facts, const LiveFigures* run) {
  std::string out;
  Family(out, "specctl_build_info", "gauge", "1; the version is in its label.")
      .AddSample("version", facts.version, 1);
  Family agents(out, "specctl_agents", "gauge", "Agents by what they do.");
  agents.AddSample("state", "attached", facts.agents_attached);
  agents.AddSample("state", "in_run", facts.agents_in_run);
  Family runs(out, "specctl_runs", "gauge", "Runs that the controller keeps, by state.");
  runs.AddSample("state", "queued", facts.runs_queued);
  runs.AddSample("state", "running", facts.runs_running);
  runs.AddSample("state", "done", facts.runs_done);
  runs.AddSample("state", "failed", facts.runs_failed);
  runs.AddSample("state", "cancelled", facts.runs_cancelled);
  if (run != nullptr) AddRun(out, *run);
  return out;
}

}  // namespace specctl::controller
