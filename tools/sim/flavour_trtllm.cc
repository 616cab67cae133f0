#include "tools/sim/flavour_trtllm.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/trtllm_reply.h"
#include "tools/sim/trtllm_words.h"

namespace specctl::sim {
namespace {

constexpr std::string_view kTrtllmVersion = "1.3.0";
// How soon the server's collector takes what the engine tells.
constexpr auto kCollectorLag = std::chrono::milliseconds(50);

// All that a request may have; anything else is refused.
constexpr std::string_view kChatFields[] = {"messages",
                                            "prompt_token_ids",
                                            "prompt_token_ids_b64",
                                            "model",
                                            "frequency_penalty",
                                            "logit_bias",
                                            "logprobs",
                                            "top_logprobs",
                                            "max_completion_tokens",
                                            "max_tokens",
                                            "n",
                                            "presence_penalty",
                                            "response_format",
                                            "seed",
                                            "stop",
                                            "stream",
                                            "stream_options",
                                            "temperature",
                                            "top_p",
                                            "tools",
                                            "tool_choice",
                                            "parallel_tool_calls",
                                            "user",
                                            "reasoning_effort",
                                            "thinking",
                                            "thinking_token_budget",
                                            "prompt_ignore_length",
                                            "best_of",
                                            "use_beam_search",
                                            "top_k",
                                            "top_p_min",
                                            "min_p",
                                            "repetition_penalty",
                                            "length_penalty",
                                            "early_stopping",
                                            "stop_token_ids",
                                            "include_stop_str_in_output",
                                            "ignore_eos",
                                            "min_tokens",
                                            "skip_special_tokens",
                                            "spaces_between_special_tokens",
                                            "truncate_prompt_tokens",
                                            "lora_request",
                                            "echo",
                                            "add_generation_prompt",
                                            "add_special_tokens",
                                            "documents",
                                            "chat_template",
                                            "chat_template_kwargs",
                                            "injected_chat_template_kwargs",
                                            "media_io_kwargs",
                                            "disaggregated_params",
                                            "conversation_params",
                                            "cache_salt",
                                            "priority",
                                            "agent_hierarchy",
                                            "mm_processor_kwargs"};
constexpr std::string_view kCompletionFields[] = {"model",
                                                  "prompt",
                                                  "best_of",
                                                  "echo",
                                                  "frequency_penalty",
                                                  "logit_bias",
                                                  "logprobs",
                                                  "max_tokens",
                                                  "n",
                                                  "presence_penalty",
                                                  "seed",
                                                  "stop",
                                                  "stream",
                                                  "stream_options",
                                                  "suffix",
                                                  "temperature",
                                                  "top_p",
                                                  "user",
                                                  "lora_request",
                                                  "prompt_ignore_length",
                                                  "use_beam_search",
                                                  "top_k",
                                                  "top_p_min",
                                                  "min_p",
                                                  "repetition_penalty",
                                                  "length_penalty",
                                                  "early_stopping",
                                                  "stop_token_ids",
                                                  "include_stop_str_in_output",
                                                  "ignore_eos",
                                                  "min_tokens",
                                                  "skip_special_tokens",
                                                  "spaces_between_special_tokens",
                                                  "truncate_prompt_tokens",
                                                  "return_context_logits",
                                                  "detokenize",
                                                  "thinking_token_budget",
                                                  "add_special_tokens",
                                                  "response_format",
                                                  "disaggregated_params",
                                                  "priority",
                                                  "conversation_params"};

constexpr std::array<std::string_view, 6> kGetPaths = {
    "/health", "/health_generate", "/version", "/v1/models", "/perf_metrics", "/server_info"};

// What only TensorRT-LLM knows.
void ReadTrtllmFields(RequestFields& fields, InferenceRequest& request) {
  if (fields.Find("detokenize") != nullptr) request.detokenize = fields.Bool("detokenize");
  request.return_token_ids = false;
  fields.Require("model");
}

RequestRules TrtllmRules(const FlavourOptions& options, const ServedEngine& engine,
                         std::span<const std::string_view> fields) {
  RequestRules rules;
  rules.model = options.model;
  rules.context_tokens_max = options.context_tokens_max;
  rules.refuse_continuous_usage = options.refuse_continuous_usage;
  rules.speculative = engine.batch.draft_length > 0;
  rules.words = &TrtllmRequestWords();
  rules.json_type_needed = false;
  rules.other_models_refused = false;
  rules.sampling_limited = false;
  rules.usage_with_options = true;
  rules.completion_tokens_default = options.context_tokens_max;
  rules.fields_known = fields;
  rules.read_more = &ReadTrtllmFields;
  return rules;
}

PlainReply Answer200(std::string body, std::string content_type = "application/json") {
  PlainReply reply;
  reply.content_type = std::move(content_type);
  reply.body = std::move(body);
  return reply;
}

}  // namespace

TrtllmFlavour::TrtllmFlavour(const FlavourOptions& options, const ServedEngine& engine)
    : options_(options),
      engine_(engine),
      collector_(options.attention_dp),
      chat_rules_(TrtllmRules(options, engine, kChatFields)),
      completion_rules_(TrtllmRules(options, engine, kCompletionFields)) {}

std::variant<PlainReply, InferenceRequest> TrtllmFlavour::Answer(const HttpRequest& request) {
  const std::string& path = request.path;
  const bool chat = path == "/v1/chat/completions";
  if (chat || path == "/v1/completions") {
    if (request.method != "POST") return WrongMethodReply("POST");
    auto read = ReadInferenceRequest({.route = chat ? Route::kChat : Route::kCompletions,
                                      .content_type = request.content_type,
                                      .json = request.body,
                                      .category = request.category},
                                     chat ? chat_rules_ : completion_rules_);
    if (const ApiError* error = std::get_if<ApiError>(&read)) return Error(*error);
    return std::get<InferenceRequest>(std::move(read));
  }
  const bool metrics = options_.metrics && path.starts_with("/prometheus/metrics");
  const bool known = std::ranges::find(kGetPaths, path) != kGetPaths.end();
  if (!metrics && !known && path != "/metrics") return UnknownRouteReply();
  if (request.method != "GET") return WrongMethodReply("GET");
  if (metrics) return Metrics();
  return path == "/metrics" ? Iterations() : Get(path);
}

PlainReply TrtllmFlavour::Get(const std::string& path) {
  if (path == "/version") return Answer200(absl::StrFormat(R"({"version":"%s"})", kTrtllmVersion));
  if (path == "/v1/models") return Answer200(Models());
  // Kept only where the server was told how many.
  if (path == "/perf_metrics") return Answer200("[]");
  if (path == "/server_info") return Answer200(R"({"disaggregated_params":{}})");
  return Answer200(path == "/health" ? "" : "Generation health check OK", "");
}

PlainReply TrtllmFlavour::Iterations() {
  const MonoTime now = MonoNow();
  // Whoever comes first has it: the collector runs only where there are metrics.
  if (options_.metrics) CollectBefore(now - kCollectorLag);
  return Answer200(TrtllmIterations(engine_.model.iterations().TakeBefore(now + kCollectorLag),
                                    options_.attention_dp, engine_.batch));
}

PlainReply TrtllmFlavour::Metrics() {
  CollectBefore(MonoNow() + kCollectorLag);
  return Answer200(TrtllmMetrics(collector_, options_, engine_),
                   "text/plain; version=0.0.4; charset=utf-8");
}

void TrtllmFlavour::CollectBefore(MonoTime end) {
  IterationLog& iterations = engine_.model.iterations();
  // The collector never sleeps for so long that it would miss any.
  collector_.Collect({iterations.TakeDropped()});
  collector_.Collect(iterations.TakeBefore(end));
}

std::string TrtllmFlavour::Models() const {
  JsonWriter json;
  json.BeginObject();
  json.Field("object", "list");
  json.Key("data");
  json.BeginArray();
  json.BeginObject();
  json.Field("id", options_.model);
  json.Field("object", "model");
  json.Field(
      "created",
      std::chrono::duration_cast<std::chrono::seconds>(engine_.started.time_since_epoch()).count());
  json.Field("owned_by", "tensorrt_llm");
  json.EndObject();
  json.EndArray();
  json.EndObject();
  return std::move(json).Take();
}

std::string TrtllmFlavour::ResponseId(const InferenceRequest& request, std::string_view,
                                      uint64_t ordinal) const {
  // Numbers of the executor, from 1.
  return absl::StrFormat("%s-%d", request.route == Route::kChat ? "chatcmpl" : "cmpl", ordinal + 1);
}

std::unique_ptr<ReplyWriter> TrtllmFlavour::NewWriter(const InferenceRequest& request,
                                                      const ReplyIdentity& identity) const {
  return std::make_unique<TrtllmReply>(request, identity);
}

PlainReply TrtllmFlavour::Error(const ApiError& error) const { return TrtllmErrorReply(error); }

std::string TrtllmFlavour::ErrorEvents(const ApiError&) const {
  // The generator raises, and the server breaks the stream off: no event, no last chunk.
  return "";
}

std::string TrtllmFlavour::PlainBytes(const PlainReply& reply, const ReplyHead& head) const {
  // No CORS layer.
  PlainReply plain = reply;
  plain.vary_origin = false;
  return PlainReplyBytes(plain, head);
}

std::string TrtllmFlavour::StreamHeadBytes(const ReplyHead& head) const {
  ReplyHead plain = head;
  plain.vary_origin = false;
  return StreamHead(plain);
}

}  // namespace specctl::sim
