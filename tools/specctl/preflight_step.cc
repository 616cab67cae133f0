#include "tools/specctl/preflight_step.h"

#include <algorithm>
#include <utility>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/report/number_text.h"
#include "common/report/result_names.h"

namespace specctl::cli {
namespace {

// A stream loses some time between two replies.
constexpr double kReachedShareMin = 0.98;
constexpr double kLatenessShareMax = 0.1;  // of a stream's chunk period

StepAgent AgentOf(const AgentFigures& agent) {
  StepAgent figures = {.agent = agent.agent,
                       .host = agent.host.pod.empty() ? agent.host.hostname : agent.host.pod,
                       .cores = agent.host.cores,
                       .streams = agent.slots,
                       .chunks = agent.chunks + agent.chunks_dropped,
                       .receive_lag_p99_ms = agent.receive_lag_p99_ms_max,
                       .cpu_us_per_chunk = std::nullopt,
                       .null_server = agent.null_server};
  // An agent that received nothing has no cost for a chunk.
  if (agent.chunks > 0) {
    figures.cpu_us_per_chunk = agent.cpu_seconds * 1e6 / static_cast<double>(agent.chunks);
  }
  return figures;
}

template <typename Figure>
std::optional<double> WorstOf(const StepFigures& figures, Figure StepAgent::*figure) {
  std::optional<double> worst;
  for (const StepAgent& agent : figures.agents) {
    worst = std::max(worst, std::optional<double>(agent.*figure));
  }
  return worst;
}

std::string ReasonsText(const std::vector<ReasonCode>& reasons) {
  std::vector<std::string> names;
  for (const ReasonCode reason : reasons) names.emplace_back(ReasonName(reason));
  return absl::StrJoin(names, ", ");
}

}  // namespace

StepFigures FiguresOf(const Results& results) {
  StepFigures figures;
  figures.verdict = results.verdict.state;
  for (const VerdictReason& reason : results.verdict.reasons) {
    figures.reasons.push_back(reason.code);
  }
  figures.checks_not_made = results.verdict.checks_not_made;
  // Without a hold the rate has ramp and drain in it, and would look too low.
  if (!results.headline_is_whole_run && results.headline.throughput.output_tps) {
    figures.reached_per_s = results.headline.throughput.output_tps->value;
  }
  for (const AgentFigures& agent : results.agents) figures.agents.push_back(AgentOf(agent));
  return figures;
}

std::optional<double> WorstLagP99Ms(const StepFigures& figures) {
  return WorstOf(figures, &StepAgent::receive_lag_p99_ms);
}

std::optional<double> WorstCpuUsPerChunk(const StepFigures& figures) {
  return WorstOf(figures, &StepAgent::cpu_us_per_chunk);
}

Nanos WorstLatenessP99(const StepFigures& figures) {
  uint64_t worst_ns = 0;
  for (const StepAgent& agent : figures.agents) {
    worst_ns = std::max(worst_ns, agent.null_server.value_or(NullServerReport()).lateness_p99_ns);
  }
  return Nanos(worst_ns);
}

JudgedStep JudgeStep(const StepLoad& load, StepFigures figures) {
  JudgedStep step{.load = load, .figures = std::move(figures)};
  std::vector<std::string> why;
  if (step.figures.verdict != VerdictState::kValid) {
    why.push_back(std::string(VerdictName(step.figures.verdict)) + ": " +
                  ReasonsText(step.figures.reasons));
  }
  const double least = kReachedShareMin * load.OfferedPerS();
  if (step.figures.reached_per_s && *step.figures.reached_per_s < least) {
    why.push_back(absl::StrFormat("%s of the offered chunks arrived",
                                  ShareText(*step.figures.reached_per_s / load.OfferedPerS())));
  }
  for (const StepAgent& agent : step.figures.agents) {
    if (!agent.null_server || agent.null_server->chunks == agent.chunks) continue;
    why.push_back(absl::StrFormat("agent %d received %s of the %s chunks that its null server sent",
                                  agent.agent, CountText(agent.chunks),
                                  CountText(agent.null_server->chunks)));
  }
  if (why.empty()) return step;
  // Then it is not known whose fault it was: neither kept nor the agents' limit.
  const bool late = Seconds(WorstLatenessP99(step.figures)) > kLatenessShareMax / load.chunks_per_s;
  step.state = late ? StepState::kNullServerLate : StepState::kDistorted;
  step.why = absl::StrJoin(why, "; ");
  return step;
}

std::string_view StepStateName(StepState state) {
  switch (state) {
    case StepState::kKept:
      return "kept";
    case StepState::kDistorted:
      return "distorted";
    case StepState::kNullServerLate:
      return "null server late";
  }
  return "";
}

}  // namespace specctl::cli
