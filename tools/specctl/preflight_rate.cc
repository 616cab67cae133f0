#include "tools/specctl/preflight_rate.h"

#include <utility>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/json_writer.h"
#include "common/report/number_text.h"
#include "common/report/result_names.h"
#include "tools/specctl/preflight_request.h"

namespace specctl::cli {
namespace {

constexpr uint32_t kReplyTokens = 2;
constexpr Nanos kServerLateMax = std::chrono::milliseconds(1);
constexpr Nanos kRateWarmup = std::chrono::seconds(1);

std::string LateText(const std::optional<ArrivalFigures>& arrivals) {
  if (!arrivals || !arrivals->lateness_ms) return "-";
  return FigureText(arrivals->lateness_ms->p99);
}

std::string AdviceOf(const RatePreflight& preflight) {
  const JudgedRate& last = preflight.steps.back();
  const bool remote = preflight.attached > 0;
  if (last.state == StepState::kKept) {
    return absl::StrFormat("%s it: specctl run --request-rate %s --agents %d%s\n",
                           remote ? "the attached agents offer" : "this machine offers",
                           FormatDouble(preflight.rate_per_s), last.load.agents,
                           remote ? " " + preflight.connection_words : "");
  }
  if (last.state == StepState::kNullServerLate) {
    return absl::StrFormat(
        "inconclusive: the null servers were late, which share %s with the agents\n",
        remote ? "their machines" : "this machine");
  }
  return absl::StrFormat(
      "%s not offer %s requests/s: spread the agents over more machines, or offer less\n",
      remote ? "the attached agents do" : "this machine does", FormatDouble(preflight.rate_per_s));
}

}  // namespace

controller::MeasureRequest RateRequest(const RateLoad& load, Nanos duration) {
  controller::MeasureRequest request = NullServerRequest(RateLoad::kChunksPerS);
  request.spec.load.shape = OpenLoop{.rate_per_s = load.rate_per_s};
  request.spec.load.warmup = kRateWarmup;
  request.spec.load.duration = duration;
  request.agents = load.agents;
  request.osl_tokens = kReplyTokens;
  return request;
}

JudgedRate JudgeRate(const RateLoad& load, const Results& results) {
  JudgedRate step{.load = load, .arrivals = results.arrivals};
  if (results.verdict.state == VerdictState::kValid) return step;
  std::vector<std::string> reasons;
  for (const VerdictReason& reason : results.verdict.reasons) {
    reasons.emplace_back(ReasonName(reason.code));
  }
  step.why =
      absl::StrFormat("%s: %s", VerdictName(results.verdict.state), absl::StrJoin(reasons, ", "));
  const bool late = WorstLatenessP99(FiguresOf(results)) > kServerLateMax;
  step.state = late ? StepState::kNullServerLate : StepState::kDistorted;
  return step;
}

std::string RatePage(const RatePreflight& preflight) {
  std::string out =
      absl::StrFormat("%s; an open loop of %s requests/s, Poisson arrivals\n\n",
                      preflight.attached > 0 ? CountedText(preflight.attached, "attached agent")
                                             : absl::StrFormat("%d cores", preflight.cores),
                      FormatDouble(preflight.rate_per_s));
  out += " agents  achieved/s   shed  late ms p99  state\n";
  for (const JudgedRate& step : preflight.steps) {
    const auto& arrivals = step.arrivals;
    out +=
        absl::StrFormat("%7d %11s %6s %12s  %s%s\n", step.load.agents,
                        arrivals ? FixedText(arrivals->achieved_per_s, 1) : "-",
                        arrivals ? CountText(arrivals->shed) : "-", LateText(arrivals),
                        StepStateName(step.state), step.why.empty() ? "" : " (" + step.why + ")");
  }
  if (!preflight.stopped_by.empty()) out += "stopped: " + preflight.stopped_by + "\n";
  return out + "\n" + (preflight.steps.empty() ? "" : AdviceOf(preflight));
}

std::string RateJson(const RatePreflight& preflight) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  if (preflight.attached > 0) {
    json.Field("attached_agents", preflight.attached);
  } else {
    json.Field("cores", preflight.cores);
  }
  json.Field("request_rate_per_s", preflight.rate_per_s);
  json.Field("kept", preflight.IsKept());
  json.ObjectsField("steps", preflight.steps, [&](const JudgedRate& step) {
    json.Field("agents", step.load.agents);
    json.Field("state", StepStateName(step.state));
    json.TextField("why", step.why);
    if (!step.arrivals) return;
    json.Field("planned_per_s", step.arrivals->planned_per_s);
    json.Field("achieved_per_s", step.arrivals->achieved_per_s);
    json.Field("shed", step.arrivals->shed);
    if (step.arrivals->lateness_ms) json.Field("late_p99_ms", step.arrivals->lateness_ms->p99);
  });
  json.TextField("stopped_by", preflight.stopped_by);
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl::cli
