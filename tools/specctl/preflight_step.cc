#include "tools/specctl/preflight_step.h"

#include <algorithm>
#include <utility>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>
#include <boost/json.hpp>

#include "common/report/number_text.h"

namespace specctl::cli {
namespace {

namespace json = boost::json;

constexpr double kReachedShareMin = 0.98;
constexpr double kLatenessShareMax = 0.1;  // of a stream's chunk period

std::optional<double> NumberAt(const json::value& root, std::string_view pointer) {
  boost::system::error_code error;
  const json::value* const found = root.find_pointer(pointer, error);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  return found->to_number<double>();
}

std::string TextOf(const json::value& value) {
  const json::string* const text = value.if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

const json::array* ArrayAt(const json::value& root, std::string_view pointer) {
  boost::system::error_code error;
  const json::value* const found = root.find_pointer(pointer, error);
  return found == nullptr ? nullptr : found->if_array();
}

void ReadVerdict(const json::value& root, StepFigures& figures) {
  boost::system::error_code error;
  if (const json::value* const state = root.find_pointer("/verdict/state", error)) {
    figures.verdict = TextOf(*state);
  }
  if (const json::array* const reasons = ArrayAt(root, "/verdict/reasons")) {
    for (const json::value& reason : *reasons) {
      const json::value* const code = reason.find_pointer("/code", error);
      if (code != nullptr) figures.reasons.push_back(TextOf(*code));
    }
  }
  if (const json::array* const checks = ArrayAt(root, "/verdict/checks_not_made")) {
    for (const json::value& check : *checks) figures.checks_not_made.push_back(TextOf(check));
  }
}

StepAgent ReadAgent(const json::value& agent) {
  StepAgent figures;
  figures.agent = static_cast<uint32_t>(NumberAt(agent, "/agent").value_or(0));
  figures.streams = NumberAt(agent, "/slots");
  figures.receive_lag_p99_ms = NumberAt(agent, "/receive_lag_p99_ms_max");
  const std::optional<double> cpu_s = NumberAt(agent, "/cpu_s");
  const std::optional<double> chunks = NumberAt(agent, "/chunks");
  if (cpu_s && chunks && *chunks > 0) figures.cpu_us_per_chunk = *cpu_s * 1e6 / *chunks;
  return figures;
}

std::optional<double> WorstOf(const StepFigures& figures,
                              std::optional<double> StepAgent::*figure) {
  std::optional<double> worst;
  for (const StepAgent& agent : figures.agents) worst = std::max(worst, agent.*figure);
  return worst;
}

}  // namespace

absl::StatusOr<StepFigures> ReadStepFigures(std::string_view summary) {
  boost::system::error_code error;
  const json::value root = json::parse(json::string_view(summary.data(), summary.size()), error);
  StepFigures figures;
  if (!error) ReadVerdict(root, figures);
  if (figures.verdict.empty()) {
    return absl::InvalidArgumentError("the run printed no summary with a verdict");
  }
  const json::value* const headline = root.find_pointer("/headline", error);
  if (headline != nullptr && TextOf(*headline) == "hold") {
    figures.reached_per_s = NumberAt(root, "/throughput/output_tps/value");
  }
  if (const json::array* const agents = ArrayAt(root, "/agents")) {
    for (const json::value& agent : *agents) figures.agents.push_back(ReadAgent(agent));
  }
  return figures;
}

std::optional<double> WorstLagP99Ms(const StepFigures& figures) {
  return WorstOf(figures, &StepAgent::receive_lag_p99_ms);
}

std::optional<double> WorstCpuUsPerChunk(const StepFigures& figures) {
  return WorstOf(figures, &StepAgent::cpu_us_per_chunk);
}

Nanos WorstLatenessP99(const JudgedStep& step) {
  Nanos worst{0};
  for (const auto& null_server : step.null_servers) {
    worst = std::max(worst, null_server.lateness_p99);
  }
  return worst;
}

JudgedStep JudgeStep(const StepLoad& load, StepFigures figures,
                     std::vector<sim::PaceSummary> null_servers) {
  JudgedStep step{
      .load = load, .figures = std::move(figures), .null_servers = std::move(null_servers)};
  std::vector<std::string> why;
  if (step.figures.verdict != "valid") {
    why.push_back(step.figures.verdict + ": " + absl::StrJoin(step.figures.reasons, ", "));
  }
  const double least = kReachedShareMin * load.OfferedPerS();
  if (step.figures.reached_per_s && *step.figures.reached_per_s < least) {
    why.push_back(absl::StrFormat("%s of the offered chunks came",
                                  ShareText(*step.figures.reached_per_s / load.OfferedPerS())));
  }
  if (why.empty()) return step;
  const bool late = Seconds(WorstLatenessP99(step)) > kLatenessShareMax / load.chunks_per_s;
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
