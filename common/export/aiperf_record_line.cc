#include "common/export/aiperf_record_line.h"

#include <algorithm>

#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"
#include "common/export/aiperf_metrics.h"
#include "common/export/aiperf_request.h"

namespace specctl {
namespace {

void WriteMetadata(const EndedRequest& request, const RunContext& run, JsonWriter& json) {
  const SettledRequest& settled = request.settled;
  const RunSpec& spec = run.spec();
  const PlannedRow* row = run.RowAt(settled.position);
  const bool warmup = IsAiperfWarmup(request, spec);
  const int64_t t0_unix_ns = run.armed ? run.armed->t0_unix_ns : 0;
  const int64_t end_ns = std::max(settled.end_ns.value_or(settled.begin_ns), settled.begin_ns);
  json.Field("session_num", settled.position);
  // As it was sent.
  json.Field("x_request_id",
             absl::StrFormat("%s-%d.%d", spec.run_id, settled.position, settled.turn));
  if (row != nullptr) json.TextField("conversation_id", row->question_id);
  json.Field("turn_index", settled.turn);
  if (row != nullptr) json.TextField("source_kind", row->category);
  json.Field("credit_issued_ns", t0_unix_ns + settled.due_ns);
  json.Field("request_start_ns", t0_unix_ns + settled.begin_ns);
  json.Field("request_end_ns", t0_unix_ns + end_ns);
  json.Field("worker_id", absl::StrFormat("agent_%d", settled.agent));
  json.Field("record_processor_id", "specctl");
  json.Field("benchmark_phase", warmup ? "warmup" : "profiling");
  json.Field("phase_index", spec.load.warmup.count() > 0 && !warmup ? 1 : 0);
  if (!warmup) json.Field("profiling_index", 0);
  json.Field("phase_name", warmup ? "warmup" : "profiling");
  json.Field("phase_kind", warmup ? "warmup" : "profiling");
  const bool cancelled = settled.outcome == Outcome::kCancelled;
  json.Field("was_cancelled", cancelled);
  if (cancelled) json.Field("cancellation_time_ns", t0_unix_ns + end_ns);
  json.Field("context_overflow_skip", false);
  json.Field("agent_depth", 0);
}

void WriteMetric(const AiperfTag& name, double value, JsonWriter& json) {
  json.Key(name.tag);
  json.BeginObject();
  json.Field("value", value);
  json.Field("unit", name.unit);
  json.EndObject();
}

void WriteMetrics(const EndedRequest& request, JsonWriter& json) {
  // Of others AIPerf has none, whatever had arrived of them.
  if (!request.settled.ok()) return;
  const AiperfRequest made = AiperfRequestOf(request);
  for (const AiperfRecordMetric& metric : AiperfRecordMetrics()) {
    if (const auto value = metric.of(made)) WriteMetric(metric.name, *value, json);
  }
  const auto gaps_us = ChunkGapsUs(request);
  if (gaps_us.empty()) return;
  json.Key(kInterChunkLatency.tag);
  json.BeginObject();
  json.Key("value");
  json.BeginArray();
  for (const uint32_t gap_us : gaps_us) json.Value(gap_us / 1000.0);
  json.EndArray();
  json.Field("unit", kInterChunkLatency.unit);
  json.EndObject();
}

void WriteSpecDecode(const SpecDecodeRecord& told, std::string_view engine,
                     const EndedRequest& request, JsonWriter& json) {
  const auto steps = static_cast<double>(told.steps), accepted = static_cast<double>(told.accepted);
  json.Key("spec_decode_acceptance");
  json.BeginObject();
  json.Field("engine", engine);
  json.Field("mean_acceptance_length", 1 + accepted / steps);
  json.Field("draft_acceptance_rate",
             told.drafted > 0 ? accepted / static_cast<double>(told.drafted) : 0.0);
  json.Key("acceptance_histogram");
  json.BeginObject();
  for (size_t j = 0; j < told.histogram.size(); ++j) {
    if (told.histogram[j] > 0) json.Field(std::to_string(j), told.histogram[j]);
  }
  json.EndObject();
  json.Field("num_accepted_draft_tokens", told.accepted);
  json.Field("num_draft_tokens", told.drafted);
  json.Field("num_spec_steps", told.steps);
  json.Field("num_spec_tokens", told.draft_length);
  json.Field("completion_tokens", request.finish.output_tokens);
  if (!told.per_step_accepted.empty()) {
    json.ArrayField("per_step_accepted", told.per_step_accepted);
    json.ArrayField("per_step_drafted", told.per_step_drafted);
  }
  json.EndObject();
}

void WriteError(const AiperfError& error, JsonWriter& json) {
  json.Key("error");
  json.BeginObject();
  json.Field("code", error.code);
  json.Field("type", error.type);
  json.Field("message", error.message);
  json.EndObject();
}

}  // namespace

std::string AiperfRecordLine(const EndedRequest& request, const RunContext& run) {
  JsonWriter json;
  json.BeginObject();
  json.Key("metadata");
  json.BeginObject();
  WriteMetadata(request, run, json);
  json.EndObject();
  json.Key("metrics");
  json.BeginObject();
  WriteMetrics(request, json);
  json.EndObject();
  if (const auto told = SpecDecodeOf(request); told && request.settled.ok()) {
    const TargetProbed* target = run.Target(request.settled.target);
    WriteSpecDecode(*told, target == nullptr ? "unknown" : target->engine, request, json);
  }
  if (const auto error = AiperfErrorOf(request.finish)) WriteError(*error, json);
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace specctl
