#include <algorithm>

#include "common/base/json_writer.h"
#include "common/report/artifacts.h"
#include "common/report/figures_json.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// A key that is there twice has its last value.
void WritePairs(std::string_view key, const Pairs& pairs, JsonWriter& json) {
  json.Key(key);
  json.BeginObject();
  for (auto pair = pairs.begin(); pair != pairs.end(); ++pair) {
    const bool again = std::any_of(pair + 1, pairs.end(),
                                   [&](const auto& later) { return later.first == pair->first; });
    if (!again) json.Field(pair->first, pair->second);
  }
  json.EndObject();
}

void WriteLoad(const LoadSpec& load, JsonWriter& json) {
  json.Key("load");
  json.BeginObject();
  json.Field("bs", load.bs);
  json.Field("agents", load.agents);
  json.Field("ramp_s", Seconds(load.ramp));
  json.Field("warmup_s", Seconds(load.warmup));
  if (load.duration) json.Field("duration_s", Seconds(*load.duration));
  json.Field("requests_max", load.requests_max);
  json.Field("conversations_max", load.conversations_max);
  json.Field("grace_s", Seconds(load.grace));
  WriteNumber("failed_share_max", load.failed_share_max, json);
  json.Field("seed", load.seed);
  json.EndObject();
}

void WriteRequest(const RequestSpec& request, JsonWriter& json) {
  json.Key("request");
  json.BeginObject();
  json.Field("endpoint", EndpointName(request.endpoint));
  json.TextField("model", request.model);
  json.Field("osl_tokens", request.osl_tokens);
  WriteNumber("temperature", request.temperature, json);
  json.Field("ignore_eos", request.ignore_eos);
  json.TextField("extra_inputs_json", request.extra_inputs_json);
  if (!request.model_mix.empty()) {
    json.Key("model_mix");
    json.BeginObject();
    for (const auto& [model, share] : request.model_mix) WriteNumber(model, share, json);
    json.EndObject();
  }
  WritePairs("headers", request.headers, json);
  json.ArrayField("withheld_headers", request.withheld_headers);
  json.EndObject();
}

void WriteConnection(const RunSpec& spec, JsonWriter& json) {
  json.ArrayField("target_urls", TargetUrls(spec));
  json.Field("url_policy", UrlPolicyName(spec.url_policy));
  json.Field("receive_stamps", spec.user_stamps ? "user" : "kernel");
  json.Field("server_metrics", spec.server_metrics);
  json.ArrayField("metrics_urls", spec.metrics_urls);
  json.Field("metrics_urls_named", spec.metrics_urls_named);
  json.Key("timeouts");
  json.BeginObject();
  json.Field("connect_s", Seconds(spec.timeouts.connect));
  json.Field("request_s", Seconds(spec.timeouts.request));
  json.Field("idle_s", Seconds(spec.timeouts.idle));
  json.Field("agent_s", Seconds(spec.agent_timeout));
  json.EndObject();
  json.Key("tls");
  json.BeginObject();
  json.TextField("ca_file", spec.tls.ca_file);
  json.Field("insecure", spec.tls.insecure);
  json.EndObject();
}

void WriteDataset(const DatasetIdentity& dataset, JsonWriter& json) {
  json.Key("dataset");
  json.BeginObject();
  json.Field("name", DatasetLabel(dataset));
  json.TextField("path", dataset.path);
  json.TextField("format", dataset.format);
  json.TextField("sha256", dataset.sha256);
  json.Field("rows", dataset.rows);
  WriteBuiltin(dataset, json);
  json.EndObject();
}

void WriteTarget(const TargetProbed& target, const RunSpec& spec, JsonWriter& json) {
  WriteTargetIdentity(target, spec, json);
  json.TextField("engine_version", target.engine_version);
  json.TextField("model", target.model);
  json.Field("max_model_len_tokens", target.max_model_len_tokens);
  json.Field("token_source", TokenSourceName(target.token_source));
  json.TextField("speculation_method", target.speculation_method);
  json.Field("draft_length", target.draft_length);
  if (target.usage_fault != TokenFault::kNone) {
    json.Field("usage_fault", TokenFaultName(target.usage_fault));
  }
  json.Field("stream_options", target.stream_options);
  json.ArrayField("served_models", target.served_models);
  json.TextField("metrics_url", target.metrics_url);
  json.TextField("metrics_note", target.metrics_note);
}

void WriteAgent(const AgentFigures& agent, JsonWriter& json) {
  json.Field("agent", agent.agent);
  json.Field("slots", agent.slots);
  json.Key("host");
  json.BeginObject();
  json.Field("hostname", agent.host.hostname);
  json.TextField("boot_id", agent.host.boot_id);
  json.TextField("kernel", agent.host.kernel);
  json.TextField("cpu_model", agent.host.cpu_model);
  json.Field("cores", agent.host.cores);
  json.Field("memory_bytes", agent.host.memory_bytes);
  json.Field("pid", agent.host.pid);
  json.Field("files_max", agent.host.files_max);
  json.EndObject();
}

}  // namespace

std::string RunJson(const Results& results) {
  const RunSpec& spec = results.spec;
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  json.Field("schema_version", kRunSchemaVersion);
  json.Field("run_id", spec.run_id);
  json.Field("specctl_version", spec.specctl_version);
  json.Field("begun_unix_ns", results.begun_unix_ns);
  json.Field("t0_unix_ns", results.t0_unix_ns);
  WriteDataset(spec.dataset, json);
  json.Key("spec");
  json.BeginObject();
  WriteLoad(spec.load, json);
  WriteRequest(spec.request, json);
  WriteConnection(spec, json);
  json.Field("gpus", spec.gpus);
  json.Field("save_text", spec.save_text);
  json.EndObject();
  WritePairs("tags", spec.tags, json);
  json.ObjectsField("targets", results.targets,
                    [&](const TargetProbed& target) { WriteTarget(target, spec, json); });
  json.ObjectsField("agents", results.agents,
                    [&](const AgentFigures& agent) { WriteAgent(agent, json); });
  json.ArrayField("notes", results.notes);
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl
