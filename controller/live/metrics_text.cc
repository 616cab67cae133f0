#include "controller/live/metrics_text.h"

#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>
#include <variant>

#include <absl/strings/str_format.h>

#include "common/figures/catalogue.h"
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
  const std::string name_;
};

// How Prometheus has a figure of the catalogue: in base units, its quantile apart from its name.
struct MetricOf {
  std::string family;
  std::string help;
  std::string quantile;  // empty: it is none
  double parts = 1;      // of a base unit
};

// Takes `end` off the end of `text`; whether it was there.
bool TakeEnd(std::string& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.resize(text.size() - end.size());
  return true;
}

// Takes a quantile off the end of a key: of "ttft_p99" it is "0.99"; empty where there is none.
std::string TakeQuantile(std::string& key) {
  const size_t at = key.rfind("_p");
  const std::string digits = at == std::string::npos ? "" : key.substr(at + 2);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return "";
  key.resize(at);
  const std::string decimals = (digits.size() < 2 ? "0" : "") + digits;
  return "0." + decimals.substr(0, decimals.find_last_not_of('0') + 1);
}

MetricOf MetricFor(const FigureName& figure) {
  std::string key(figure.key), label(figure.label);
  const bool milliseconds = TakeEnd(key, "_ms");
  MetricOf metric{.quantile = TakeQuantile(key)};
  if (milliseconds) metric.parts = kMsPerS;
  metric.family = "specctl_run_" + key + (milliseconds ? "_seconds" : "");
  if (!metric.quantile.empty()) label.resize(label.rfind(" p"));
  if (milliseconds) TakeEnd(label, " ms");
  metric.help = absl::StrFormat("%s%s, over the last 10 s.",
                                key.starts_with("servers_") ? "Servers: " : "", label);
  return metric;
}

// The last 10 s as curves.csv has a second.  Its counts are not here: those of the run are.
void AddCurves(std::string& out, const WindowValues& recent) {
  std::string family_name;
  std::optional<Family> family;
  for (const FigureOf<WindowValues>& figure : WindowCatalogue()) {
    const FigureValue read = figure.read(recent);
    const auto* const value = std::get_if<double>(&read);
    if (figure.kind != FigureKind::kRatio || value == nullptr || !std::isfinite(*value)) continue;
    const MetricOf metric = MetricFor(figure);
    const bool is_quantile = !metric.quantile.empty();
    if (metric.family != std::exchange(family_name, metric.family)) {
      family.emplace(out, metric.family, is_quantile ? "summary" : "gauge", metric.help);
    }
    if (is_quantile) {
      family->AddSample("quantile", metric.quantile, *value / metric.parts);
    } else {
      family->AddSample(*value / metric.parts);
    }
  }
}

void AddArrivals(std::string& out, const LiveArrivals& arrivals) {
  Family(out, "specctl_run_arrivals_planned_per_second", "gauge",
         "Open loop: conversations that were to begin, over the last 10 s.")
      .AddSample(arrivals.planned_per_s);
  Family(out, "specctl_run_arrivals_achieved_per_second", "gauge",
         "Open loop: conversations that began, over the last 10 s.")
      .AddSample(arrivals.achieved_per_s);
  if (!arrivals.lateness_p50_ms || !arrivals.lateness_p99_ms) return;
  Family lateness(out, "specctl_run_arrival_lateness_seconds", "summary",
                  "Open loop: begin less due, of those that began over the last 10 s.");
  lateness.AddSample("quantile", "0.5", *arrivals.lateness_p50_ms / kMsPerS);
  lateness.AddSample("quantile", "0.99", *arrivals.lateness_p99_ms / kMsPerS);
}

// Of the run so far.
void AddRequests(std::string& out, const LiveFigures& run) {
  if (run.planned) {
    Family(out, "specctl_run_requests_planned", "gauge", "Requests that the run plans to send.")
        .AddSample(static_cast<double>(*run.planned));
  }
  Family(out, "specctl_run_requests_begun", "gauge", "Requests of the run that have begun.")
      .AddSample(static_cast<double>(run.begun));
  Family(out, "specctl_run_requests_in_flight", "gauge", "Requests in flight.")
      .AddSample(static_cast<double>(run.in_flight));
  Family requests(out, "specctl_run_requests", "gauge",
                  "Requests of the run in progress that have ended.");
  requests.AddSample("outcome", "ok", static_cast<double>(run.done - run.failed));
  requests.AddSample("outcome", "failed", static_cast<double>(run.failed));
  Family(out, "specctl_run_requests_shed", "gauge",
         "Open loop: requests that were given up, since every slot was taken.")
      .AddSample(static_cast<double>(run.shed));
}

void AddRun(std::string& out, const LiveFigures& run) {
  Family(out, "specctl_run_elapsed_seconds", "gauge", "Time since T0 of the run in progress.")
      .AddSample(run.elapsed_s);
  Family stage(out, "specctl_run_stage", "gauge", "1 for the stage that the run is in.");
  for (int i = 0; i < static_cast<int>(LiveStage::kEnd); ++i) {
    const auto each = static_cast<LiveStage>(i);
    stage.AddSample("stage", LiveStageName(each), each == run.stage ? 1 : 0);
  }
  if (run.recent) AddCurves(out, *run.recent);
  if (run.arrivals) AddArrivals(out, *run.arrivals);
  AddRequests(out, run);
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
