#include "tools/sim/flavour_llamacpp.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/draws.h"
#include "tools/sim/llamacpp_metrics.h"
#include "tools/sim/llamacpp_reply.h"
#include "tools/sim/llamacpp_words.h"

namespace specctl::sim {
namespace {

constexpr std::string_view kJsonType = "application/json; charset=utf-8";
std::string HeadBegin(int status) {
  return absl::StrFormat("HTTP/1.1 %d %s\r\nServer: llama.cpp\r\nAccess-Control-Allow-Origin: \r\n",
                         status, HttpReason(status));
}

constexpr std::array<std::string_view, 5> kKnownGets = {"/v1/models", "/models", "/props", "/slots",
                                                        "/health"};
// Asked for without a key.
constexpr std::array<std::string_view, 3> kPublicPaths = {"/health", "/v1/models", "/models"};

template <class Paths>
bool IsOneOf(const Paths& paths, std::string_view path) {
  return std::ranges::find(paths, path) != paths.end();
}

// What only llama.cpp knows.
void ReadLlamacppFields(RequestFields& fields, InferenceRequest& request) {
  request.timings_per_token = fields.Bool("timings_per_token");
  request.return_progress = fields.Bool("return_progress");
  request.return_token_ids = false;
  // The prompt's step gives one in any case.
  request.max_tokens = std::max<uint32_t>(1, request.max_tokens);
}

RequestRules LlamacppRules(const FlavourOptions& options, const ServedEngine& engine,
                           std::string_view max_tokens_field) {
  RequestRules rules;
  rules.model = options.model;
  rules.context_tokens_max = options.context_tokens_max;
  rules.speculative = engine.batch.draft_length > 0;
  rules.words = &LlamacppRequestWords();
  rules.json_type_needed = false;
  rules.other_models_refused = false;
  rules.models_echoed = false;
  rules.sampling_limited = false;
  rules.stream_options_need_stream = false;
  rules.zero_tokens_allowed = true;
  rules.tokens_cut_to_context = true;
  rules.completion_tokens_default = options.context_tokens_max;
  rules.max_tokens_field = max_tokens_field;
  rules.read_more = &ReadLlamacppFields;
  return rules;
}

PlainReply LlamaJson(std::string body) {
  PlainReply reply;
  reply.content_type = std::string(kJsonType);
  reply.body = std::move(body);
  return reply;
}

std::optional<Route> RouteOf(std::string_view path) {
  if (path == "/v1/chat/completions" || path == "/chat/completions") return Route::kChat;
  if (path == "/v1/completions") return Route::kCompletions;
  if (path == "/completion" || path == "/completions") return Route::kNative;
  return std::nullopt;
}

}  // namespace

LlamacppFlavour::LlamacppFlavour(const FlavourOptions& options, const ServedEngine& engine)
    : options_(options),
      engine_(engine),
      rules_(LlamacppRules(options, engine, "max_tokens")),
      native_rules_(LlamacppRules(options, engine, "n_predict")) {}

std::variant<PlainReply, InferenceRequest> LlamacppFlavour::Answer(const HttpRequest& request) {
  const std::string& path = request.path;
  if (!IsOneOf(kPublicPaths, path) && !KeyIsRight(request, options_.api_key)) {
    return Error({.status = 401, .message = "Invalid API Key", .type = "authentication_error"});
  }
  const std::optional<Route> route = RouteOf(path);
  const bool post = request.method == "POST";
  if (route && post) {
    auto read = ReadInferenceRequest({.route = *route,
                                      .content_type = request.content_type,
                                      .json = request.body,
                                      .category = request.category},
                                     *route == Route::kNative ? native_rules_ : rules_);
    if (const ApiError* error = std::get_if<ApiError>(&read)) return Error(*error);
    return std::get<InferenceRequest>(std::move(read));
  }
  // A route that has another method isn't there either.
  if (post || (path != "/metrics" && !IsOneOf(kKnownGets, path))) {
    return Error({.status = 404, .message = "File Not Found", .type = "not_found_error"});
  }
  return Get(path);
}

PlainReply LlamacppFlavour::Get(const std::string& path) const {
  if (path == "/health") return LlamaJson(R"({"status":"ok"})");
  if (path == "/metrics") return Metrics();
  if (path == "/props") return LlamaJson(Props());
  if (path == "/slots") return LlamaJson(Slots());
  return LlamaJson(Models());
}

PlainReply LlamacppFlavour::Metrics() const {
  if (!options_.metrics) {
    return Error(
        {.status = 501,
         .message = "This server does not support metrics endpoint. Start it with `--metrics`",
         .type = "not_supported_error"});
  }
  PlainReply reply = LlamaJson(LlamacppMetrics(engine_.model.counters(), engine_.model.gauges()));
  reply.content_type = "text/plain; version=0.0.4";
  // Not Unix time, whatever its name: it only tells one start from another.
  reply.more_header = absl::StrFormat(
      "Process-Start-Time-Unix: %d",
      std::chrono::duration_cast<std::chrono::microseconds>(engine_.started.time_since_epoch())
              .count() %
          1'000'000'000'000);
  return reply;
}

std::string_view LlamacppFlavour::Drafting() const {
  if (engine_.batch.draft_length == 0) return "none";
  return options_.draft_model.empty() ? "none,ngram-simple" : "none,draft-simple";
}

std::string LlamacppFlavour::Models() const {
  std::string name;
  AppendJsonString(options_.model, name);
  return absl::StrFormat(
      R"({"models":[{"name":%s,"model":%s,"modified_at":"","size":"","digest":"","type":"model",)"
      R"("description":"","tags":[""],"capabilities":["completion"],"parameters":"","details":)"
      R"({"parent_model":"","format":"gguf","family":"","families":[""],"parameter_size":"",)"
      R"("quantization_level":""}}],"object":"list","data":[{"id":%s,"aliases":[%s],"tags":[],)"
      R"("object":"model","architecture":{"input_modalities":["text"],"output_modalities":["text"]},)"
      R"("created":%d,"owned_by":"llamacpp","meta":{"vocab_type":2,"n_vocab":32000,"n_ctx":%d,)"
      R"("n_ctx_train":%d,"n_embd":128,"n_params":2425472,"size":9701888,"ftype":"all F32"}}]})",
      name, name, name, name,
      std::chrono::duration_cast<std::chrono::seconds>(engine_.started.time_since_epoch()).count(),
      options_.context_tokens_max, options_.context_tokens_max);
}

std::string LlamacppFlavour::Props() const {
  std::string name;
  AppendJsonString(options_.model, name);
  // The kind of speculation is not told here, even where there is one.
  return absl::StrFormat(
      R"({"default_generation_settings":{"params":{"max_tokens":-1,"n_predict":-1,)"
      R"("speculative.types":"none","timings_per_token":false},"n_ctx":%d},"total_slots":%d,)"
      R"("model_alias":%s,"model_ftype":"all F32","model_path":%s,"endpoint_slots":true,)"
      R"("endpoint_props":false,"endpoint_metrics":%s,"build_info":"b0-unknown","is_sleeping":false})",
      options_.context_tokens_max, engine_.batch.batch_max, name, name,
      options_.metrics ? "true" : "false");
}

std::string LlamacppFlavour::Slots() const {
  const uint64_t running = engine_.model.gauges().running;
  JsonWriter json;
  json.BeginArray();
  for (uint32_t slot = 0; slot < engine_.batch.batch_max; ++slot) {
    json.BeginObject();
    json.Field("id", slot);
    json.Field("n_ctx", options_.context_tokens_max);
    json.Field("speculative", engine_.batch.draft_length > 0);
    json.Field("is_processing", slot < running);
    json.Key("params");
    json.BeginObject();
    json.Field("speculative.types", Drafting());
    json.EndObject();
    json.EndObject();
  }
  json.EndArray();
  return std::move(json).Take();
}

std::string LlamacppFlavour::ResponseId(const InferenceRequest&, std::string_view,
                                        uint64_t ordinal) const {
  constexpr std::string_view kLetters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const Draws draws{options_.seed};
  std::string id = "chatcmpl-";
  for (uint64_t i = 0; i < 32; ++i) {
    id += kLetters[draws.Bits(Purpose::kResponseId, ordinal * 32 + i) % kLetters.size()];
  }
  return id;
}

std::unique_ptr<ReplyWriter> LlamacppFlavour::NewWriter(const InferenceRequest& request,
                                                        const ReplyIdentity& identity) const {
  return std::make_unique<LlamacppReply>(request, identity);
}

PlainReply LlamacppFlavour::Error(const ApiError& error) const { return LlamacppErrorReply(error); }

std::string LlamacppFlavour::ErrorEvents(const ApiError& error) const {
  std::string bytes;
  AppendHttpChunk("data: " + LlamacppErrorReply(error).body + "\n\n", bytes);
  // No [DONE].
  AppendHttpChunk("", bytes);
  return bytes;
}

PlainReply LlamacppFlavour::MalformedHttp() const {
  PlainReply reply;
  reply.status = 400;
  reply.content_type.clear();
  return reply;
}

std::string LlamacppFlavour::PlainBytes(const PlainReply& reply, const ReplyHead& head) const {
  std::string out = HeadBegin(reply.status);
  if (!reply.more_header.empty()) out += reply.more_header + "\r\n";
  if (!reply.content_type.empty()) {
    // Routes of the simulated engine itself have no charset.
    const bool json = reply.content_type == "application/json";
    absl::StrAppendFormat(&out, "Content-Type: %s\r\n",
                          json ? kJsonType : std::string_view(reply.content_type));
  }
  absl::StrAppendFormat(&out, "Content-Length: %d\r\n", reply.body.size());
  out += head.close || reply.status >= 400 ? "Connection: close\r\n\r\n"
                                           : "Keep-Alive: timeout=5, max=100\r\n\r\n";
  return out + reply.body;
}

std::string LlamacppFlavour::StreamHeadBytes(const ReplyHead& head) const {
  std::string out = HeadBegin(200);
  out +=
      "X-Accel-Buffering: no\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n";
  out += head.close ? "Connection: close\r\n\r\n" : "Keep-Alive: timeout=5, max=100\r\n\r\n";
  return out;
}

}  // namespace specctl::sim
