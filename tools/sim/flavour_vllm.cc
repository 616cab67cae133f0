#include "tools/sim/flavour_vllm.h"

#include <string_view>
#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/vllm_metrics.h"
#include "tools/sim/vllm_reply.h"

namespace specctl::sim {
namespace {

VllmApiOptions ApiOptionsOf(const FlavourOptions& options, const ServedEngine& engine) {
  VllmApiOptions api;
  api.rules = {.model = options.model,
               .context_tokens_max = options.context_tokens_max,
               .refuse_continuous_usage = options.refuse_continuous_usage,
               .speculative = engine.batch.draft_length > 0};
  api.api_key = options.api_key;
  api.seed = options.seed;
  api.started = engine.started;
  if (!options.metrics) return api;
  const MetricsLabels labels{.model_name = options.model, .started = api.started};
  api.metrics = [&model = engine.model, labels] {
    return VllmMetrics(model.counters(), model.gauges(), labels);
  };
  return api;
}

}  // namespace

VllmFlavour::VllmFlavour(const FlavourOptions& options, const ServedEngine& engine)
    : options_(options), engine_(engine), api_(ApiOptionsOf(options, engine)) {}

std::variant<PlainReply, InferenceRequest> VllmFlavour::Answer(const HttpRequest& request) {
  const bool dev = request.path == "/server_info" || request.path == "/reset_prefix_cache";
  if (dev && options_.dev_mode) return DevReply(request);
  return api_.Answer(request);
}

PlainReply VllmFlavour::DevReply(const HttpRequest& request) {
  const bool info = request.path == "/server_info";
  const std::string_view method = info ? "GET" : "POST";
  if (request.method != method) return WrongMethodReply(method);
  PlainReply reply;
  // Status 200 also where the cache was not reset.
  reply.body = info                               ? ServerInfo()
               : engine_.model.FlushPrefixCache() ? R"({"success":true})"
                                                  : R"({"success":false})";
  return reply;
}

std::string VllmFlavour::ServerInfo() const {
  JsonWriter json;
  json.BeginObject();
  json.Key("vllm_config");
  json.BeginObject();
  json.Key("model_config");
  json.BeginObject();
  json.Field("model", options_.model);
  json.Field("max_model_len", options_.context_tokens_max);
  json.Key("quantization");
  json.Null();
  json.EndObject();
  json.Key("parallel_config");
  json.BeginObject();
  for (const char* size :
       {"tensor_parallel_size", "pipeline_parallel_size", "data_parallel_size"}) {
    json.Field(size, 1);
  }
  json.EndObject();
  json.Key("scheduler_config");
  json.BeginObject();
  json.Field("stream_interval", options_.stream_interval);
  json.EndObject();
  json.Key("speculative_config");
  if (engine_.batch.draft_length == 0) {
    json.Null();
  } else {
    json.BeginObject();
    json.Field("method", options_.draft_model.empty() ? "ngram" : "draft_model");
    if (!options_.draft_model.empty()) json.Field("model", options_.draft_model);
    json.Field("num_speculative_tokens", engine_.batch.draft_length);
    json.EndObject();
  }
  json.EndObject();
  json.EndObject();
  return std::move(json).Take();
}

std::string VllmFlavour::ResponseId(const InferenceRequest& request, std::string_view request_id,
                                    uint64_t ordinal) const {
  return api_.ResponseId(request.route, request_id, ordinal);
}

std::unique_ptr<ReplyWriter> VllmFlavour::NewWriter(const InferenceRequest& request,
                                                    const ReplyIdentity& identity) const {
  return std::make_unique<VllmReply>(
      request, identity,
      VllmReplyOptions{.spec_metrics = options_.spec_metrics,
                       .draft_length = engine_.batch.draft_length,
                       .prompt_tokens_details = options_.prompt_tokens_details});
}

std::string VllmFlavour::ErrorEvents(const ApiError& error) const {
  std::string bytes;
  AppendHttpChunk(ErrorEvent(error), bytes);
  VllmEvents::End(bytes);
  return bytes;
}

}  // namespace specctl::sim
