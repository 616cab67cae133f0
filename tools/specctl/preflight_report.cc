#include "tools/specctl/preflight_report.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/json_writer.h"
#include "common/base/printable.h"
#include "common/report/number_text.h"
#include "common/report/result_names.h"
#include "common/report/text_layout.h"

namespace specctl::cli {
namespace {

std::string OptionalText(const std::optional<double>& value) {
  return value ? FigureText(*value) : "-";
}

using Cells = std::array<std::string, 7>;

std::string Row(const Cells& cells, std::string_view state) {
  constexpr std::array<size_t, std::tuple_size_v<Cells>> kColumns = {8, 8, 11, 11, 13, 9, 11};
  std::string out;
  for (size_t i = 0; i < cells.size(); ++i) out += PadLeft(cells[i], kColumns[i]);
  absl::StrAppendFormat(&out, "   %s\n", std::string(state));
  return out;
}

std::string StepRow(const JudgedStep& step, std::string_view label) {
  std::string state = std::string(label) + std::string(StepStateName(step.state));
  if (!step.why.empty()) state += ": " + Printable(step.why);
  return Row(
      {CountText(step.load.streams), CountText(step.load.agents),
       FigureText(step.load.OfferedPerS()), OptionalText(step.figures.reached_per_s),
       OptionalText(WorstLagP99Ms(step.figures)), OptionalText(WorstCpuUsPerChunk(step.figures)),
       FixedText(Seconds(WorstLatenessP99(step.figures)) * 1e3, 2)},
      state);
}

std::set<std::string> ChecksNotMade(const Preflight& preflight) {
  std::set<std::string> names;
  for (const auto* steps : {&preflight.steps, &preflight.checks}) {
    for (const JudgedStep& step : *steps) {
      names.insert(step.figures.checks_not_made.begin(), step.figures.checks_not_made.end());
    }
  }
  return names;
}

// --- what it was made on ------------------------------------------------------------------------

bool IsRemote(const Preflight& preflight) { return preflight.attached > 0; }

// "this machine carries", "the 4 attached agents do not carry".
std::string CarryText(const Preflight& preflight, bool carries) {
  if (!IsRemote(preflight)) return carries ? "this machine carries" : "this machine does not carry";
  const bool one = preflight.attached == 1;
  const std::string verb =
      one ? (carries ? "carries" : "does not carry") : (carries ? "carry" : "do not carry");
  return absl::StrFormat("the %s %s", CountedText(preflight.attached, "attached agent"), verb);
}

// Behind that, of this machine alone.
std::string CoresText(const Preflight& preflight) {
  return IsRemote(preflight) ? "" : ": " + CountedText(preflight.cores, "core");
}

// The agents of a step, those that lag most first.
std::string AgentTable(const JudgedStep& step) {
  constexpr size_t kAgentsShown = 16;
  std::vector<StepAgent> agents = step.figures.agents;
  std::stable_sort(agents.begin(), agents.end(), [](const StepAgent& a, const StepAgent& b) {
    return a.receive_lag_p99_ms > b.receive_lag_p99_ms;
  });
  std::string out =
      absl::StrFormat("%s, %s\n   agent   cores  read lag ms   CPU us  server ms  host\n",
                      CountedText(step.load.streams, "stream"), StepStateName(step.state));
  for (size_t i = 0; i < std::min(agents.size(), kAgentsShown); ++i) {
    const StepAgent& agent = agents[i];
    const auto& server = agent.null_server;
    out += PadLeft(CountText(agent.agent), 8) + PadLeft(CountText(agent.cores), 8) +
           PadLeft(FigureText(agent.receive_lag_p99_ms), 13) +
           PadLeft(OptionalText(agent.cpu_us_per_chunk), 9) +
           PadLeft(server ? FixedText(static_cast<double>(server->lateness_p99_ns) * 1e-6, 2) : "-",
                   11) +
           "  " + Printable(agent.host) + "\n";
  }
  if (agents.size() > kAgentsShown) {
    out += absl::StrFormat("   and %d that lag less (--format json has them)\n",
                           agents.size() - kAgentsShown);
  }
  return out + "\n";
}

std::string AgentTables(const Preflight& preflight) {
  std::string out;
  for (const JudgedStep* step : {CeilingStep(preflight), LimitStep(preflight)}) {
    if (step != nullptr) out += AgentTable(*step);
  }
  return out;
}

// --- the page -----------------------------------------------------------------------------------

std::string CeilingText(const Preflight& preflight, double ceiling) {
  return absl::StrFormat(
      "%s%s: %s%s chunks/s (%s at %s/s)%s\n",
      preflight.agents == 1 ? "one agent"
                            : absl::StrFormat("each of %d agents at once", preflight.agents),
      IsRemote(preflight) ? "" : " on this machine", IsLowerBound(preflight) ? "at least " : "",
      FigureText(ceiling), CountedText(*preflight.streams_kept, "stream"),
      FormatDouble(preflight.chunks_per_s),
      preflight.streams_not_kept && IsLowerBound(preflight)
          ? "; above it, the null server was the limit"
          : "");
}

std::string FittingText(const Preflight& preflight) {
  const std::optional<bool> carries = MachineCarriesIt(preflight);
  const std::string who = carries               ? CarryText(preflight, *carries)
                          : IsRemote(preflight) ? "the attached agents should carry"
                                                : "this machine should carry";
  return absl::StrFormat("%s them%s\n", who, CoresText(preflight));
}

std::string MachinesText(const Preflight& preflight, const AgentPlan& plan) {
  const std::string each = preflight.agents > preflight.cores
                               ? CountedText(preflight.agents, "agent")
                               : std::string("one agent per core");
  if (IsRemote(preflight)) {
    return absl::StrFormat("%s them: start %d more\n", CarryText(preflight, false),
                           plan.agents - preflight.attached);
  }
  const bool checked = CheckedState(preflight) == StepState::kKept;
  return absl::StrFormat("this machine does not carry them (%s, %s): %d machines like it %s\n",
                         CountedText(preflight.cores, "core"), each, plan.machines,
                         checked ? "do" : "should");
}

std::string CheckText(const Preflight& preflight) {
  if (!preflight.check_stopped_by.empty()) {
    return absl::StrFormat("not checked: %s\n", Printable(preflight.check_stopped_by));
  }
  if (preflight.checks.empty()) return "";
  // The second try counts.
  const JudgedStep& check = preflight.checks.back();
  std::string out = absl::StrFormat(
      "checked: %s%s (%s%s, %s)\n", std::string(StepStateName(check.state)),
      check.state == StepState::kNullServerLate ? ": inconclusive" : "",
      CountedText(check.load.agents, "agent"), check.load.agents > 1 ? " at once" : "",
      CountedText(check.load.streams, "stream"));
  if (check.state == StepState::kDistorted && check.load.agents > preflight.agents) {
    out += absl::StrFormat(
        "together with their null servers they carry less than %s: `specctl preflight --agents "
        "%d%s` measures how much\n",
        preflight.agents == 1 ? "one by one" : "fewer of them", check.load.agents,
        IsRemote(preflight) ? " " + preflight.connection_words : "");
  }
  return out;
}

std::string PlanText(const Preflight& preflight, const AgentPlan& plan) {
  return absl::StrFormat(
             "--bs %d at %s chunks/s per stream: %s chunks/s, %s at no more than %s of the "
             "ceiling\n",
             preflight.bs, FormatDouble(preflight.chunks_per_s), FigureText(plan.chunks_per_s),
             CountedText(plan.agents, "agent"), ShareText(kPlannedShare)) +
         (plan.machines == 1 ? FittingText(preflight) : MachinesText(preflight, plan)) +
         CheckText(preflight);
}

std::string WithoutCeiling(const Preflight& preflight) {
  // Only if none failed for another reason: one distorted step is the machine's.
  const bool server_late =
      std::all_of(preflight.steps.begin(), preflight.steps.end(),
                  [](const JudgedStep& step) { return step.state == StepState::kNullServerLate; });
  const bool remote = IsRemote(preflight);
  return server_late ? absl::StrFormat(
                           "no load was kept, and the null server was late every time: other "
                           "work is using %s\n",
                           remote ? "the agents' cores" : "this machine's cores")
                     : absl::StrFormat("no load was kept: %s distorted every one of them\n",
                                       remote ? "the attached agents" : "this machine");
}

void WriteAgent(const StepAgent& agent, JsonWriter& json) {
  json.Field("agent", agent.agent);
  json.TextField("host", agent.host);
  json.Field("cores", agent.cores);
  json.Field("streams", agent.streams);
  json.Field("chunks", agent.chunks);
  json.Field("receive_lag_p99_ms", agent.receive_lag_p99_ms);
  json.Field("cpu_us_per_chunk", agent.cpu_us_per_chunk);
  if (!agent.null_server) return;
  json.Field("null_server_late_p99_ms",
             static_cast<double>(agent.null_server->lateness_p99_ns) * 1e-6);
  json.Field("null_server_blocked", agent.null_server->blocked);
}

void WriteStep(const JudgedStep& step, JsonWriter& json) {
  json.Field("streams", step.load.streams);
  json.Field("offered_chunks_per_s", step.load.OfferedPerS());
  json.Field("reached_chunks_per_s", step.figures.reached_per_s);
  json.Field("receive_lag_p99_ms", WorstLagP99Ms(step.figures));
  json.Field("agent_cpu_us_per_chunk", WorstCpuUsPerChunk(step.figures));
  json.Field("null_server_late_p99_ms", Seconds(WorstLatenessP99(step.figures)) * 1e3);
  json.ObjectsField("agents", step.figures.agents,
                    [&](const StepAgent& agent) { WriteAgent(agent, json); });
  json.Field("state", StepStateName(step.state));
  json.TextField("why", step.why);
  json.Field("verdict", VerdictName(step.figures.verdict));
  json.Key("reasons");
  json.BeginArray();
  for (const ReasonCode reason : step.figures.reasons) json.Value(ReasonName(reason));
  json.EndArray();
}

void WriteSteps(std::string_view key, const std::vector<JudgedStep>& steps, JsonWriter& json) {
  json.ObjectsField(key, steps, [&](const JudgedStep& step) { WriteStep(step, json); });
}

void WritePlan(const Preflight& preflight, const AgentPlan& plan, JsonWriter& json) {
  json.Key("plan");
  json.BeginObject();
  json.Field("bs", preflight.bs);
  json.Field("chunks_per_s", plan.chunks_per_s);
  json.Field("planned_share", kPlannedShare);
  json.Field("agents", plan.agents);
  if (!IsRemote(preflight)) json.Field("machines", plan.machines);
  if (const auto checked = CheckedState(preflight)) json.Field("checked", StepStateName(*checked));
  json.Field(IsRemote(preflight) ? "attached_agents_carry_it" : "this_machine_carries_it",
             MachineCarriesIt(preflight));
  WriteSteps("checks", preflight.checks, json);
  if (!preflight.check_stopped_by.empty()) {
    json.Field("check_stopped_by", preflight.check_stopped_by);
  }
  json.EndObject();
}

void WriteCeiling(const Preflight& preflight, double ceiling, JsonWriter& json) {
  json.Key("ceiling");
  json.BeginObject();
  json.Field("agents", preflight.agents);
  json.Field("chunks_per_s", ceiling);
  json.Field("streams", *preflight.streams_kept);
  json.Field("is_lower_bound", IsLowerBound(preflight));
  json.EndObject();
}

}  // namespace

std::string PreflightPage(const Preflight& preflight) {
  std::string out = Row(
      {"streams", "agents", "offered/s", "reached/s", "read lag ms", "CPU us", "server ms"}, "");
  for (const JudgedStep& step : preflight.steps) out += StepRow(step, "");
  for (const JudgedStep& step : preflight.checks) out += StepRow(step, "check: ");
  out +=
      "(offered, reached: chunks; read lag: p99 of an agent's worst second; CPU: an agent's, per "
      "chunk; server: p99 lateness\n of a null server; of several agents, the worst)\n\n";
  if (!preflight.stopped_by.empty()) {
    out += absl::StrFormat("stopped: %s\n", Printable(preflight.stopped_by));
  }
  if (const std::set<std::string> checks = ChecksNotMade(preflight); !checks.empty()) {
    out += absl::StrFormat("the verdict did not check: %s\n", absl::StrJoin(checks, ", "));
  }
  if (IsRemote(preflight)) out += AgentTables(preflight);
  const std::optional<double> ceiling = CeilingPerS(preflight);
  if (!ceiling) return out + WithoutCeiling(preflight);
  return out + CeilingText(preflight, *ceiling) + PlanText(preflight, *PlanOf(preflight));
}

std::string PreflightJson(const Preflight& preflight) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  if (IsRemote(preflight)) {
    json.Field("attached_agents", preflight.attached);
  } else {
    json.Field("cores", preflight.cores);
  }
  json.Field("stream_chunks_per_s", preflight.chunks_per_s);
  WriteSteps("steps", preflight.steps, json);
  json.ArrayField("checks_not_made", ChecksNotMade(preflight));
  json.TextField("stopped_by", preflight.stopped_by);
  if (const std::optional<double> ceiling = CeilingPerS(preflight)) {
    WriteCeiling(preflight, *ceiling, json);
    WritePlan(preflight, *PlanOf(preflight), json);
  }
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl::cli
