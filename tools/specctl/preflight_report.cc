#include "tools/specctl/preflight_report.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/json_writer.h"
#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl::cli {
namespace {

std::string OptionalText(const std::optional<double>& value) {
  return value ? FigureText(*value) : "-";
}

std::string Row(const std::array<std::string, 6>& cells, std::string_view state) {
  constexpr std::array<size_t, 6> kColumns = {8, 11, 11, 13, 11, 13};
  std::string out;
  for (size_t i = 0; i < cells.size(); ++i) out += PadLeft(cells[i], kColumns[i]);
  absl::StrAppendFormat(&out, "   %s\n", std::string(state));
  return out;
}

std::string StepRow(const JudgedStep& step) {
  std::string state(StepStateName(step.state));
  if (!step.why.empty()) state += ": " + Printable(step.why);
  return Row(
      {CountText(step.load.streams), FigureText(step.load.OfferedPerS()),
       OptionalText(step.figures.reached_per_s), OptionalText(step.figures.receive_lag_p99_ms),
       OptionalText(step.figures.agent_cpu_us_per_chunk),
       FixedText(Seconds(step.null_server.lateness_p99) * 1e3, 2)},
      state);
}

std::set<std::string> ChecksNotMade(const Preflight& preflight) {
  std::set<std::string> checks;
  for (const JudgedStep& step : preflight.steps) {
    checks.insert(step.figures.checks_not_made.begin(), step.figures.checks_not_made.end());
  }
  return checks;
}

std::string PlanText(const Preflight& preflight, const AgentPlan& plan) {
  std::string out = absl::StrFormat(
      "--bs %d at %s chunks/s a stream: %s chunks/s, %s at most at %s of the ceiling\n",
      preflight.bs, FormatDouble(preflight.chunks_per_s), FigureText(plan.chunks_per_s),
      CountedText(plan.agents, "agent"), ShareText(kPlannedShare));
  if (plan.machines <= 1) {
    out += absl::StrFormat("this machine carries them: %s\n", CountedText(preflight.cores, "core"));
  } else {
    out += absl::StrFormat(
        "this machine does not carry them (%s, an agent a core): %d machines like it do\n",
        CountedText(preflight.cores, "core"), plan.machines);
  }
  return out;
}

std::string WithoutCeiling(const Preflight& preflight) {
  const bool server_late =
      std::all_of(preflight.steps.begin(), preflight.steps.end(),
                  [](const JudgedStep& step) { return step.state == StepState::kNullServerLate; });
  return server_late
             ? "no load was kept, and the null server was late every time: other work takes "
               "this machine's cores\n"
             : "no load was kept: this machine distorts at every one of them\n";
}

void WriteStep(const JudgedStep& step, JsonWriter& json) {
  json.Field("streams", step.load.streams);
  json.Field("offered_chunks_per_s", step.load.OfferedPerS());
  json.Field("reached_chunks_per_s", step.figures.reached_per_s);
  json.Field("receive_lag_p99_ms", step.figures.receive_lag_p99_ms);
  json.Field("agent_cpu_us_per_chunk", step.figures.agent_cpu_us_per_chunk);
  json.Field("null_server_late_p99_ms", Seconds(step.null_server.lateness_p99) * 1e3);
  json.Field("null_server_blocked", step.null_server.blocked);
  json.Field("state", StepStateName(step.state));
  json.TextField("why", step.why);
  json.Field("verdict", step.figures.verdict);
  json.ArrayField("reasons", step.figures.reasons);
}

void WritePlan(const Preflight& preflight, const AgentPlan& plan, JsonWriter& json) {
  json.Key("plan");
  json.BeginObject();
  json.Field("bs", preflight.bs);
  json.Field("chunks_per_s", plan.chunks_per_s);
  json.Field("planned_share", kPlannedShare);
  json.Field("agents", plan.agents);
  json.Field("machines", plan.machines);
  json.Field("this_machine_carries_it", plan.machines <= 1);
  json.EndObject();
}

}  // namespace

bool IsLowerBound(const Preflight& preflight) {
  return std::none_of(preflight.steps.begin(), preflight.steps.end(), [&](const JudgedStep& step) {
    return step.load.streams == preflight.streams_not_kept && step.state == StepState::kDistorted;
  });
}

std::optional<double> CeilingPerS(const Preflight& preflight) {
  if (!preflight.streams_kept) return std::nullopt;
  return *preflight.streams_kept * preflight.chunks_per_s;
}

std::optional<AgentPlan> PlanOf(const Preflight& preflight) {
  const std::optional<double> ceiling = CeilingPerS(preflight);
  if (!ceiling) return std::nullopt;
  return PlanAgents({.bs = preflight.bs,
                     .chunks_per_s = preflight.chunks_per_s,
                     .ceiling_chunks_per_s = *ceiling,
                     .cores = preflight.cores});
}

std::string PreflightPage(const Preflight& preflight) {
  std::string out =
      Row({"streams", "offered/s", "reached/s", "read lag ms", "CPU us", "server ms"}, "");
  for (const JudgedStep& step : preflight.steps) out += StepRow(step);
  out +=
      "(chunks; read lag: p99 of the worst second; CPU: of the agent, a chunk; server: lateness "
      "of the null server, p99)\n\n";
  if (!preflight.stopped_by.empty()) {
    out += absl::StrFormat("stopped: %s\n", Printable(preflight.stopped_by));
  }
  if (const std::set<std::string> checks = ChecksNotMade(preflight); !checks.empty()) {
    out += absl::StrFormat("the verdict did not check: %s\n", absl::StrJoin(checks, ", "));
  }
  const std::optional<double> ceiling = CeilingPerS(preflight);
  if (!ceiling) return out + WithoutCeiling(preflight);
  out += absl::StrFormat("one agent on this machine: %s%s chunks/s (%s at %s/s)%s\n",
                         IsLowerBound(preflight) ? "at least " : "", FigureText(*ceiling),
                         CountedText(*preflight.streams_kept, "stream"),
                         FormatDouble(preflight.chunks_per_s),
                         preflight.streams_not_kept && IsLowerBound(preflight)
                             ? "; beyond it the null server was the limit"
                             : "");
  return out + PlanText(preflight, *PlanOf(preflight));
}

std::string PreflightJson(const Preflight& preflight) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  json.Field("cores", preflight.cores);
  json.Field("stream_chunks_per_s", preflight.chunks_per_s);
  json.ObjectsField("steps", preflight.steps,
                    [&](const JudgedStep& step) { WriteStep(step, json); });
  json.ArrayField("checks_not_made", ChecksNotMade(preflight));
  json.TextField("stopped_by", preflight.stopped_by);
  if (const std::optional<double> ceiling = CeilingPerS(preflight)) {
    json.Key("ceiling");
    json.BeginObject();
    json.Field("chunks_per_s", *ceiling);
    json.Field("streams", *preflight.streams_kept);
    json.Field("is_lower_bound", IsLowerBound(preflight));
    json.EndObject();
    WritePlan(preflight, *PlanOf(preflight), json);
  }
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl::cli
