#include "common/export/aiperf_run.h"

#include <array>
#include <chrono>

#include <absl/strings/match.h>
#include <absl/strings/str_format.h>

#include "common/base/hash.h"

namespace specctl {
namespace {

constexpr std::string_view kPrefix = "speed_bench_";

double SecondsIn(Nanos time) { return std::chrono::duration<double>(time).count(); }

void WritePhase(std::string_view kind, const RunSpec& spec, JsonWriter& json) {
  const LoadSpec& load = spec.load;
  const bool warmup = kind == "warmup";
  json.Field("name", kind);
  json.Field("kind", kind);
  const OpenLoop* const open = std::get_if<OpenLoop>(&load.shape);
  json.Field("type", open == nullptr ? "concurrency" : ArrivalProcessName(open->process));
  if (warmup) json.Field("exclude_from_results", true);
  json.Field("concurrency", ExpectationOf(load.shape).slots);
  if (open != nullptr) json.Field("rate", open->rate_per_s);
  if (warmup) {
    json.Field("duration", SecondsIn(load.ramp + load.warmup));
    return;
  }
  json.Field("requests", load.requests_max);
  const bool whole_dataset = !load.requests_max && !load.conversations_max && !load.duration;
  json.Field("sessions", whole_dataset ? std::optional(spec.dataset.rows) : load.conversations_max);
  if (load.duration) json.Field("duration", SecondsIn(*load.duration));
}

}  // namespace

std::string AiperfBenchmarkId(std::string_view run_id) {
  return absl::StrFormat("%012x", Fnv1a(run_id) & 0xffff'ffff'ffff);
}

std::string AiperfTime(int64_t unix_ns) {
  using namespace std::chrono;  // NOLINT: a calendar is made of many of its names
  const sys_time<microseconds> time(floor<microseconds>(nanoseconds(unix_ns)));
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02d.%06d", static_cast<int>(date.year()),
                         static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                         clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                         clock.subseconds().count());
}

std::string AiperfDatasetName(const DatasetIdentity& dataset, std::string_view category) {
  const std::string& name = dataset.name;
  // AIPerf knows no other names of rows with turns; which dataset it was is in `specctl`.
  if (category.empty()) return name.starts_with(kPrefix) ? name : "multi_turn";
  // A selection of the split that is one category by itself.
  if (name == absl::StrFormat("%s%s", kPrefix, category)) return name;
  if (absl::StartsWith(name, "speed_bench_throughput_")) {
    const std::string tier = absl::StrFormat("_%s", category);
    return absl::EndsWith(name, tier) ? name : name + tier;
  }
  return absl::StrFormat("%s%s", kPrefix, category);
}

void WriteAiperfHead(const AiperfRun& run, std::string_view schema, JsonWriter& json) {
  json.Field("schema_version", schema);
  json.Field("aiperf_version", kAiperfVersion);
  json.Field("benchmark_id", AiperfBenchmarkId(run.spec->run_id));
}

void WriteAiperfInputConfig(const AiperfRun& run, JsonWriter& json) {
  const RunSpec& spec = *run.spec;
  const RequestSpec& request = spec.request;
  json.Key("input_config");
  json.BeginObject();
  json.Key("models");
  json.BeginObject();
  json.ObjectsField("items", std::array{run.model},
                    [&](const std::string& model) { json.Field("name", model); });
  json.EndObject();
  json.Key("endpoint");
  json.BeginObject();
  json.ArrayField("urls", TargetUrls(spec));
  json.Field("type", request.endpoint == Endpoint::kChat ? "chat" : "completions");
  json.Field("streaming", true);
  json.Field("use_server_token_count", true);
  if (request.temperature) {
    json.Key("extra");
    json.BeginObject();
    json.Field("temperature", *request.temperature);
    json.EndObject();
  }
  json.EndObject();
  json.ObjectsField("datasets", std::array{&spec.dataset}, [&](const DatasetIdentity* dataset) {
    json.Field("name", "main");
    json.Field("type", "file");
    json.Field("path", dataset->path.empty() ? dataset->name : dataset->path);
    json.Field("format", run.dataset);
    json.Field("entries", dataset->rows);
    json.Field("random_seed", spec.load.seed);
    json.Key("osl");
    json.BeginObject();
    json.Field("mean", request.osl_tokens);
    json.EndObject();
  });
  std::vector<std::string_view> phases = {"profiling"};
  if (spec.load.warmup.count() > 0) phases.insert(phases.begin(), "warmup");
  json.ObjectsField("phases", phases, [&](std::string_view kind) { WritePhase(kind, spec, json); });
  json.EndObject();
}

void WriteAiperfOrigin(const AiperfRun& run, const std::vector<std::string>& notes,
                       JsonWriter& json) {
  json.Key("specctl");
  json.BeginObject();
  json.Field("run_id", run.spec->run_id);
  json.Field("version", run.spec->specctl_version);
  json.Field("dataset", run.spec->dataset.name);
  json.TextField("verdict", run.verdict);
  json.ArrayField("notes", notes);
  json.EndObject();
}

}  // namespace specctl
