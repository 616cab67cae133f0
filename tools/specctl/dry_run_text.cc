#include "tools/specctl/dry_run_text.h"

#include <cstdint>
#include <optional>

#include <absl/strings/str_format.h>

#include "common/base/duration.h"
#include "common/engine/engine_profile.h"
#include "common/engine/request_body.h"
#include "common/report/number_text.h"
#include "common/workload/slice.h"
#include "controller/measure/context_fit.h"

namespace specctl::cli {
namespace {

constexpr size_t kBodyShownBytes = 600;

std::string Describe(const std::optional<uint64_t>& requests, const LoadSpec& load) {
  if (!requests) return "as many as the time allows; the dataset repeats";
  const auto* const closed = std::get_if<ClosedLoop>(&load.shape);
  if (closed == nullptr) {
    return absl::StrFormat("%d at %s", *requests, LoadShapeText(load.shape));
  }
  // How many times every slot is filled: the run's length in requests' latencies.
  const uint64_t waves = (*requests + closed->bs - 1) / closed->bs;
  return absl::StrFormat("%d, in about %s of %d", *requests, CountedText(waves, "wave"),
                         closed->bs);
}

std::string DescribeDuration(const LoadSpec& load) {
  std::string out;
  if (load.ramp > Nanos(0)) out += absl::StrFormat(", ramp %s", FormatDuration(load.ramp));
  if (load.warmup > Nanos(0)) out += absl::StrFormat(", warm-up %s", FormatDuration(load.warmup));
  if (load.duration) out += absl::StrFormat(", then %s", FormatDuration(*load.duration));
  for (const PrecisionGoal& goal : load.until) {
    out += (&goal == &load.until.front() ? ", or until " : " and ") + GoalText(goal);
  }
  return out;
}

}  // namespace

absl::StatusOr<std::string> DryRunText(const Workload& workload, const RunSpec& spec) {
  RequestSpec request = spec.request;
  // The first conversation goes to the first target, and asks for its model.
  if (!spec.targets.front().model.empty()) request.model = spec.targets.front().model;
  // Nothing is probed, so the engine is not known: vLLM's form is shown.
  const auto writer = RequestBodyWriter::Create(request, StreamFields(VllmProfile().requests));
  if (!writer.ok()) return writer.status();
  const WorkloadItem& first = workload.items.front();
  const auto body = writer->WriteBody(
      first.turns.front(),
      {.max_tokens = first.max_tokens, .model = first.model, .row_extra_json = first.extra_json});
  if (!body.ok()) return body.status();

  uint64_t turns = 0;
  uint64_t tokens = 0;
  for (const WorkloadItem& row : workload.items) {
    turns += row.turns.size();
    tokens += controller::EstimatedPromptTokens(row);
  }
  std::string out = "Dry run: nothing is sent.\n";
  out += absl::StrFormat("dataset      %s: %s, %s%s\n", spec.dataset.name,
                         CountedText(workload.items.size(), "conversation"),
                         CountedText(turns, "turn"),
                         spec.dataset.builtin ? ", only for trying things out" : "");
  out +=
      absl::StrFormat("requests     %s%s\n", Describe(workload.limits.planned_requests, spec.load),
                      DescribeDuration(spec.load));
  out += absl::StrFormat(
      "tokens       about %d per conversation in (estimated), at most %d per request out\n",
      tokens / workload.items.size(), spec.request.osl_tokens);
  const uint32_t slots = ExpectationOf(spec.load.shape).slots;
  out += absl::StrFormat("connections  %s%d over %s, at most %d each\n",
                         std::holds_alternative<OpenLoop>(spec.load.shape) ? "at most " : "", slots,
                         CountedText(spec.load.agents, "agent"),
                         SlotsOfAgent(slots, 0, spec.load.agents));
  for (const TargetSpec& target : spec.targets) {
    out += absl::StrFormat("target       %s\n",
                           target.name.empty() ? target.url : target.name + "  " + target.url);
  }
  out += absl::StrFormat("the first is POST %s\n", PathOf(spec.request.endpoint));
  out +=
      body->size() <= kBodyShownBytes
          ? *body + "\n"
          : absl::StrFormat("%s... (%d bytes)\n", body->substr(0, kBodyShownBytes), body->size());
  return out;
}

}  // namespace specctl::cli
