#include "tools/sim/sglang_info.h"

#include <cmath>
#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/python_float.h"

namespace specctl::sim {
namespace {

void FloatMember(std::string_view name, double value, JsonWriter& json) {
  json.Key(name);
  json.RawValue(PythonFloat(value));
}

void NullMember(std::string_view name, JsonWriter& json) {
  json.Key(name);
  json.Null();
}

// Arguments of the server, those in effect and those of the scheduler alike.
void WriteArguments(const FlavourOptions& options, const ServedEngine& engine, JsonWriter& json) {
  const BatchOptions& batch = engine.batch;
  json.Field("model_path", options.model);
  json.Field("tokenizer_path", options.model);
  json.Field("served_model_name", options.model);
  json.Field("context_length", options.context_tokens_max);
  json.Field("dtype", "auto");
  NullMember("quantization", json);
  json.Field("kv_cache_dtype", "auto");
  json.Field("max_running_requests", batch.batch_max);
  json.Field("max_total_tokens", batch.kv_tokens_max);
  json.Field("chunked_prefill_size", batch.batched_tokens_max);
  json.Field("disable_radix_cache", !batch.prefix_cache);
  json.Field("disable_overlap_schedule", true);
  for (const char* size : {"tp_size", "pp_size", "dp_size", "ep_size"}) json.Field(size, 1);
  json.Field("enable_dp_attention", false);
  json.Field("stream_interval", options.stream_interval);
  json.Field("incremental_streaming_output", false);
  json.Field("enable_metrics", options.metrics);
  json.Field("decode_log_interval", batch.decode_interval);
  if (batch.draft_length == 0) {
    for (const char* name :
         {"speculative_algorithm", "speculative_draft_model_path", "speculative_num_steps",
          "speculative_eagle_topk", "speculative_num_draft_tokens"}) {
      NullMember(name, json);
    }
    return;
  }
  json.Field("speculative_algorithm", options.draft_model.empty() ? "NGRAM" : "EAGLE");
  if (options.draft_model.empty()) {
    NullMember("speculative_draft_model_path", json);
  } else {
    json.Field("speculative_draft_model_path", options.draft_model);
  }
  json.Field("speculative_num_steps", batch.draft_length);
  json.Field("speculative_eagle_topk", 1);
  // The draft and the target model's own token.
  json.Field("speculative_num_draft_tokens", batch.draft_length + 1);
}

}  // namespace

std::string SglangServerInfo(const FlavourOptions& options, const ServedEngine& engine) {
  const DecodeProgress& decode = engine.model.counters().decode;
  JsonWriter json;
  json.BeginObject();
  WriteArguments(options, engine, json);
  json.Key("internal_states");
  json.BeginArray();
  json.BeginObject();
  WriteArguments(options, engine, json);
  FloatMember("last_gen_throughput", decode.interval_tokens_per_s, json);
  if (engine.batch.draft_length > 0) {
    const SpeculationCounts all = engine.model.counters().Ended().speculation;
    const double steps = static_cast<double>(all.steps);
    FloatMember("avg_spec_accept_length",
                all.steps == 0 ? 0 : 1 + static_cast<double>(all.accepted_tokens) / steps, json);
  }
  json.EndObject();
  json.EndArray();
  json.Field("version", kSglangVersion);
  json.Field("frontend", "python");
  json.EndObject();
  return std::move(json).Take();
}

std::string SglangModelInfo(const FlavourOptions& options) {
  JsonWriter json;
  json.BeginObject();
  json.Field("model_path", options.model);
  json.Field("served_model_name", options.model);
  json.Field("tokenizer_path", options.model);
  json.Field("is_generation", true);
  NullMember("preferred_sampling_params", json);
  json.Field("weight_version", "default");
  json.EndObject();
  return std::move(json).Take();
}

std::string SglangModels(const FlavourOptions& options, const ServedEngine& engine) {
  JsonWriter json;
  json.BeginObject();
  json.Field("object", "list");
  json.Key("data");
  json.BeginArray();
  json.BeginObject();
  json.Field("id", options.model);
  json.Field("object", "model");
  json.Field(
      "created",
      std::chrono::duration_cast<std::chrono::seconds>(engine.started.time_since_epoch()).count());
  json.Field("owned_by", "sglang");
  json.Field("root", options.model);
  NullMember("parent", json);
  json.Field("max_model_len", options.context_tokens_max);
  json.EndObject();
  json.EndArray();
  json.EndObject();
  return std::move(json).Take();
}

std::string SglangLoads(const ServedEngine& engine) {
  const DecodeProgress& decode = engine.model.counters().decode;
  const EngineGauges now = engine.model.gauges();
  JsonWriter json;
  json.BeginObject();
  json.Field("version", kSglangVersion);
  json.Key("loads");
  json.BeginArray();
  json.BeginObject();
  json.Field("dp_rank", 0);
  json.Field("num_running_reqs", now.running);
  json.Field("num_waiting_reqs", now.waiting);
  json.Field("max_total_num_tokens", engine.batch.kv_tokens_max);
  json.Field("max_running_requests", engine.batch.batch_max);
  FloatMember("token_usage", now.kv_cache_usage, json);
  FloatMember("gen_throughput", now.running == 0 ? 0 : decode.interval_tokens_per_s, json);
  if (decode.moments[0] > 0) {
    json.Key("decode_moments");
    json.BeginArray();
    for (const double moment : decode.moments) json.RawValue(PythonFloat(std::round(moment)));
    json.EndArray();
  }
  if (engine.batch.draft_length > 0) {
    json.Key("speculative");
    json.BeginObject();
    FloatMember("accept_length", decode.interval_tokens_per_step, json);
    FloatMember("accept_rate", decode.interval_accept_rate, json);
    json.EndObject();
  }
  json.EndObject();
  json.EndArray();
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace specctl::sim
