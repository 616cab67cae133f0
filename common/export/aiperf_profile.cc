#include "common/export/aiperf_profile.h"

#include <algorithm>
#include <cmath>

#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"

namespace specctl {
namespace {

void WriteStatistics(const AiperfStatistics& statistics, JsonWriter& json) {
  json.Field("avg", statistics.avg);
  for (size_t i = 0; i < statistics.quantiles.size(); ++i) {
    json.Field(AiperfStatistics::kQuantileNames[i], statistics.quantiles[i]);
  }
  json.Field("min", statistics.min);
  json.Field("max", statistics.max);
  json.Field("std", statistics.std);
  json.Field("count", statistics.count);
  json.Field("sum", statistics.sum);
}

void WriteMetricList(const std::vector<AiperfMetric>& metrics, JsonWriter& json) {
  for (const AiperfMetric& metric : metrics) {
    json.Key(metric.name.tag);
    json.BeginObject();
    json.Field("unit", metric.name.unit);
    if (const double* value = std::get_if<double>(&metric.value)) {
      json.Field("avg", *value);
    } else {
      WriteStatistics(std::get<AiperfStatistics>(metric.value), json);
    }
    json.EndObject();
  }
}

void WriteErrorSummary(const AiperfSummary& summary, JsonWriter& json) {
  json.ObjectsField("error_summary", summary.Errors(), [&](const AiperfErrorCount& counted) {
    json.Key("error_details");
    json.BeginObject();
    json.Field("code", counted.error.code);
    json.Field("type", counted.error.type);
    json.Field("message", counted.error.message);
    json.EndObject();
    json.Field("count", counted.requests);
  });
}

void WritePooledHistogram(const AiperfSummary& summary, JsonWriter& json) {
  const std::vector<uint64_t>& histogram = summary.histogram();
  if (histogram.empty()) return;
  json.Key("pooled_spec_decode_acceptance_histogram");
  json.BeginObject();
  for (size_t j = 0; j < histogram.size(); ++j) {
    if (histogram[j] > 0) json.Field(std::to_string(j), histogram[j]);
  }
  json.EndObject();
}

// AIPerf leaves the unit out where the label says it.
std::string LabelOf(const AiperfTag& name) {
  if (name.unit == "requests" || name.unit == "count") return std::string(name.header);
  return absl::StrFormat("%s (%s)", name.header, name.unit);
}

std::string Quoted(const std::string& text) {
  return text.find(',') == std::string::npos ? text : '"' + text + '"';
}

std::string StatisticsRow(const AiperfMetric& metric) {
  const auto& statistics = std::get<AiperfStatistics>(metric.value);
  std::string row = absl::StrFormat("%s,%.2f,%.2f,%.2f,%.2f", Quoted(LabelOf(metric.name)),
                                    statistics.avg, statistics.min, statistics.max, statistics.sum);
  for (const double quantile : statistics.quantiles) absl::StrAppendFormat(&row, ",%.2f", quantile);
  absl::StrAppendFormat(&row, ",%.2f\n", statistics.std);
  return row;
}

}  // namespace

std::string AiperfProfileJson(const AiperfRun& run, const AiperfProfile& profile) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  WriteAiperfHead(run, kAiperfProfileSchema, json);
  WriteMetricList(profile.metrics, json);
  WriteAiperfInputConfig(run, json);
  json.Key("run_info");
  json.BeginObject();
  json.Field("benchmark_id", AiperfBenchmarkId(run.spec->run_id));
  json.Field("random_seed", run.spec->load.seed);
  json.Field("trial", 0);
  json.EndObject();
  json.Field("was_cancelled", run.interrupted);
  json.Field("is_complete", run.incomplete_reason.empty());
  json.TextField("incomplete_reason", run.incomplete_reason);
  WriteErrorSummary(*profile.profiling, json);
  if (run.profiling) {
    json.Field("start_time", AiperfTime(run.t0_unix_ns + run.profiling->begin_ns));
    json.Field("end_time", AiperfTime(run.t0_unix_ns + run.profiling->end_ns));
  }
  if (!profile.warmup.empty()) {
    json.Key("warmup_metrics");
    json.BeginObject();
    WriteMetricList(profile.warmup, json);
    json.EndObject();
  }
  WritePooledHistogram(*profile.profiling, json);
  WriteAiperfOrigin(run, profile.notes, json);
  json.EndObject();
  return std::move(json).Take() + "\n";
}

std::string AiperfProfileCsv(const AiperfProfile& profile) {
  std::string text = "Metric,avg,min,max,sum,p1,p5,p10,p25,p50,p75,p90,p95,p99,std\n";
  std::string values = "\nMetric,Value\n";
  for (const AiperfMetric& metric : profile.metrics) {
    if (const double* value = std::get_if<double>(&metric.value)) {
      absl::StrAppendFormat(&values, "%s,%.2f\n", Quoted(LabelOf(metric.name)), *value);
    } else {
      text += StatisticsRow(metric);
    }
  }
  return text + values;
}

}  // namespace specctl
