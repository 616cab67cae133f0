#include "common/report/figures_json.h"

#include <cmath>
#include <vector>

#include "common/report/result_names.h"

namespace specctl {
namespace {

template <class T>
void WriteList(std::string_view key, const std::vector<T>& values, JsonWriter& json) {
  if (!values.empty()) json.ArrayField(key, values);
}

void WriteGauge(std::string_view key, const std::optional<ServerFigures::Gauge>& gauge,
                JsonWriter& json) {
  if (!gauge) return;
  json.Key(key);
  json.BeginObject();
  WriteNumber("mean", gauge->mean, json);
  WriteNumber("max", gauge->max, json);
  json.EndObject();
}

}  // namespace

void WriteNumber(std::string_view key, std::optional<double> value, JsonWriter& json) {
  if (value && std::isfinite(*value)) json.Field(key, *value);
}

void WriteTargetIdentity(const TargetProbed& target, const RunSpec& spec, JsonWriter& json) {
  json.Field("target", target.target);
  if (target.target < spec.targets.size()) {
    json.TextField("name", spec.targets[target.target].name);
    json.Field("gpus", spec.targets[target.target].gpus);
  }
  json.Field("url", target.url);
  json.Field("engine", target.engine);
}

void WriteBuiltin(const DatasetIdentity& dataset, JsonWriter& json) {
  json.Field("builtin", dataset.builtin);
  if (dataset.builtin) json.Field("warning", kBuiltinWarning);
}

void WriteEstimate(std::string_view key, const std::optional<Estimate>& value, JsonWriter& json) {
  if (!value || !std::isfinite(value->value)) return;
  json.Key(key);
  json.BeginObject();
  json.Field("value", value->value);
  WriteNumber("low", value->low, json);
  WriteNumber("high", value->high, json);
  json.EndObject();
}

void WriteDistribution(std::string_view key, const std::optional<Distribution>& value,
                       JsonWriter& json) {
  if (!value || value->count == 0) return;
  json.Key(key);
  json.BeginObject();
  json.Field("count", value->count);
  WriteNumber("mean", value->mean, json);
  WriteNumber("min", value->min, json);
  WriteNumber("max", value->max, json);
  WriteNumber("p1", value->p1, json);
  WriteNumber("p5", value->p5, json);
  WriteNumber("p10", value->p10, json);
  WriteNumber("p25", value->p25, json);
  WriteNumber("p50", value->p50, json);
  WriteNumber("p75", value->p75, json);
  WriteNumber("p90", value->p90, json);
  WriteNumber("p95", value->p95, json);
  WriteNumber("p99", value->p99, json);
  WriteNumber("p999", value->p999, json);
  if (value->error) {
    json.Key("error");
    json.BeginObject();
    WriteNumber("p50", value->error->p50, json);
    WriteNumber("p90", value->error->p90, json);
    WriteNumber("p95", value->error->p95, json);
    WriteNumber("p99", value->error->p99, json);
    json.EndObject();
  }
  json.EndObject();
}

void WriteConservation(const Conservation& conservation, JsonWriter& json) {
  json.Key("conservation");
  json.BeginObject();
  json.Field("planned", conservation.planned);
  json.Field("sent", conservation.sent);
  json.Field("shed", conservation.shed);
  json.Field("unassigned", conservation.Unassigned());
  json.Field("ok", conservation.ok);
  json.Field("failed", conservation.failed);
  json.Field("timed_out", conservation.timed_out);
  json.Field("cancelled", conservation.cancelled);
  json.Field("lost", conservation.lost);
  json.Field("in_flight", conservation.in_flight);
  json.Field("resends", conservation.resends);
  json.Key("unassigned_by_reason");
  json.BeginObject();
  for (size_t i = 0; i < conservation.unassigned.size(); ++i) {
    json.Field(UnassignedName(static_cast<UnassignedReason>(i)), conservation.unassigned[i]);
  }
  json.EndObject();
  json.Field("holds", conservation.Holds());
  json.EndObject();
}

void WriteThroughput(const ThroughputFigures& figures, JsonWriter& json) {
  json.Key("throughput");
  json.BeginObject();
  WriteEstimate("output_tps", figures.output_tps, json);
  WriteEstimate("total_tps", figures.total_tps, json);
  WriteEstimate("requests_per_s", figures.requests_per_s, json);
  WriteEstimate("user_tps_mean", figures.user_tps_mean, json);
  WriteNumber("output_tps_per_gpu", figures.output_tps_per_gpu, json);
  WriteNumber("output_tps_peak", figures.output_tps_peak, json);
  json.EndObject();
}

void WriteAcceptance(std::string_view key, const std::optional<AcceptanceFigures>& value,
                     JsonWriter& json) {
  if (!value) return;
  json.Key(key);
  json.BeginObject();
  WriteAcceptanceFields(*value, json);
  json.EndObject();
}

void WriteAcceptanceFields(const AcceptanceFigures& figures, JsonWriter& json) {
  const AcceptanceFigures* const value = &figures;
  WriteEstimate("per_step", value->per_step, json);
  if (value->lower_bound) json.Field("lower_bound", true);
  WriteEstimate("delivered_per_step", value->delivered_per_step, json);
  WriteEstimate("per_draft", value->per_draft, json);
  WriteEstimate("accept_rate", value->accept_rate, json);
  WriteNumber("request_macro_mean", value->request_macro_mean, json);
  WriteList("conditional", value->conditional, json);
  WriteList("joint", value->joint, json);
  if (!value->joint.empty()) json.Field("rates_over", value->rates_over_steps ? "steps" : "drafts");
  WriteList("histogram", value->histogram, json);
  WriteList("cut_histogram", value->cut_histogram, json);
  json.Field("steps", value->steps);
  json.Field("drafts", value->drafts);
  json.Field("source", AcceptanceSourceName(value->source));
  WriteNumber("source_share", value->source_share, json);
  json.Field("approximate", value->approximate);
  WriteNumber("merged_share", value->merged_share, json);
}

namespace {

void WriteCounters(const ServerCounters& value, JsonWriter& json) {
  WriteNumber("generated_tokens", value.generated_tokens, json);
  WriteNumber("prompt_tokens", value.prompt_tokens, json);
  WriteNumber("first_tokens", value.first_tokens, json);
  WriteNumber("drafts", value.drafts, json);
  WriteNumber("drafted_tokens", value.drafted_tokens, json);
  WriteNumber("accepted_tokens", value.accepted_tokens, json);
  WriteList("accepted_by_position", value.accepted_by_position, json);
  WriteNumber("engine_steps", value.engine_steps, json);
  WriteNumber("prefix_hit_rate", value.prefix_hit_rate, json);
  WriteNumber("preemptions", value.preemptions, json);
  WriteNumber("requests_finished", value.requests_finished, json);
}

// What was left out.
void WriteCautions(const ServerFigures& value, JsonWriter& json) {
  if (!value.alternating.empty()) {
    json.ObjectsField("alternating", value.alternating, [&](const auto& address) {
      json.Field("metrics_url", address.first);
      json.Field("falls", address.second);
    });
  }
  if (!value.duplicates.empty()) {
    json.ObjectsField("duplicates", value.duplicates, [&](const auto& duplicate) {
      json.Field("metrics_url", duplicate.first);
      json.Field("same_as", duplicate.second);
    });
  }
  if (!value.other_names.empty()) json.ArrayField("other_names", value.other_names);
}

}  // namespace

void WriteServers(const std::optional<ServerFigures>& value, JsonWriter& json) {
  if (!value) return;
  json.Key("servers");
  json.BeginObject();
  WriteCounters(value->sums, json);
  WriteGauge("running", value->running, json);
  WriteGauge("waiting", value->waiting, json);
  WriteGauge("kv_cache_share", value->kv_cache_share, json);
  json.Field("scrapes", value->scrapes);
  json.Field("scrapes_failed", value->scrapes_failed);
  json.Field("resets", value->resets);
  json.Field("complete", value->complete);
  WriteCautions(*value, json);
  if (!value->partial.empty()) {
    json.Key("partial");
    json.BeginObject();
    for (const auto& [key, urls] : value->partial) json.ArrayField(key, urls);
    json.EndObject();
  }
  json.ObjectsField("targets", value->targets, [&](const TargetCounters& target) {
    json.Field("metrics_url", target.url);
    json.Field("target", target.target);
    WriteCounters(target.counters, json);
  });
  json.EndObject();
}

void WriteLatencies(const LatencyFigures& figures, JsonWriter& json) {
  WriteDistribution("user_tps", figures.user_tps, json);
  WriteDistribution("ttft_ms", figures.ttft_ms, json);
  WriteDistribution("ttft_user_ms", figures.ttft_user_ms, json);
  WriteDistribution("ttfo_ms", figures.ttfo_ms, json);
  WriteDistribution("itl_ms", figures.itl_ms, json);
  WriteDistribution("step_latency_ms", figures.step_latency_ms, json);
  WriteDistribution("request_latency_ms", figures.request_latency_ms, json);
  WriteDistribution("connect_ms", figures.connect_ms, json);
}

}  // namespace specctl
