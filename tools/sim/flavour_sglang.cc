#include "tools/sim/flavour_sglang.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "tools/sim/draws.h"
#include "tools/sim/sglang_generate.h"
#include "tools/sim/sglang_info.h"
#include "tools/sim/sglang_metrics.h"
#include "tools/sim/sglang_reply.h"
#include "tools/sim/sglang_words.h"

namespace specctl::sim {
namespace {

constexpr std::string_view kChatPath = "/v1/chat/completions";
constexpr std::string_view kCompletionsPath = "/v1/completions";
constexpr std::array<std::string_view, 6> kJsonPaths = {"/v1/models",   "/v1/loads",
                                                        "/model_info",  "/get_model_info",
                                                        "/server_info", "/get_server_info"};

// What only SGLang knows.
void ReadSglangFields(RequestFields& fields, InferenceRequest& request) {
  request.return_spec_details = fields.Bool("return_spec_tokens_details");
  request.response_id = fields.String("rid");
  if (!request.return_token_ids || !request.stream || request.route != Route::kChat) return;
  fields.Fail({.message = "return_token_ids is not supported with streaming on "
                          "/v1/chat/completions. Please set stream=false when using "
                          "return_token_ids=true.",
               .type = "BadRequest"});
}

RequestRules RulesOf(const FlavourOptions& options, const ServedEngine& engine) {
  RequestRules rules;
  rules.model = options.model;
  rules.context_tokens_max = options.context_tokens_max;
  rules.refuse_continuous_usage = options.refuse_continuous_usage;
  rules.speculative = engine.batch.draft_length > 0;
  rules.words = &SglangRequestWords();
  rules.json_type_needed = false;
  rules.other_models_refused = false;
  rules.sampling_limited = false;
  rules.continuous_usage_alone = true;
  rules.stream_options_need_stream = false;
  rules.zero_tokens_allowed = true;
  rules.read_more = &ReadSglangFields;
  return rules;
}

PlainReply JsonReply(std::string body) {
  PlainReply reply;
  reply.body = std::move(body);
  return reply;
}

PlainReply UntypedReply(int status, std::string body) {
  PlainReply reply;
  reply.status = status;
  reply.content_type.clear();
  reply.body = std::move(body);
  return reply;
}

}  // namespace

SglangFlavour::SglangFlavour(const FlavourOptions& options, const ServedEngine& engine)
    : options_(options),
      engine_(engine),
      rules_(RulesOf(options, engine)),
      log_(options.sglang_request_log, options.sglang_names, engine.batch.draft_length) {}

std::variant<PlainReply, InferenceRequest> SglangFlavour::Answer(const HttpRequest& request) {
  const std::string& path = request.path;
  const bool metrics = path == "/metrics" && options_.metrics;
  const bool health = path == "/health" || path == "/health_generate" || path == "/ping";
  if (!health && !metrics && !KeyIsRight(request, options_.api_key)) return UnauthorizedReply();
  if (path == kChatPath || path == kCompletionsPath) {
    if (request.method != "POST") return WrongMethodReply("POST");
    auto read =
        ReadInferenceRequest({.route = path == kChatPath ? Route::kChat : Route::kCompletions,
                              .content_type = request.content_type,
                              .json = request.body,
                              .category = request.category},
                             rules_);
    if (const ApiError* error = std::get_if<ApiError>(&read)) return Error(*error);
    return std::get<InferenceRequest>(std::move(read));
  }
  if (path == "/generate") {
    if (request.method != "POST") return WrongMethodReply("POST");
    auto read = ReadGenerateRequest(request, rules_);
    if (const ApiError* error = std::get_if<ApiError>(&read)) return NativeErrorReply(*error);
    return std::get<InferenceRequest>(std::move(read));
  }
  if (path == "/flush_cache") {
    if (request.method != "POST" && request.method != "GET") return WrongMethodReply("GET, POST");
    return FlushCache();
  }
  const bool known = health || metrics || std::ranges::find(kJsonPaths, path) != kJsonPaths.end();
  if (!known) return UnknownRouteReply();
  if (request.method != "GET") return WrongMethodReply("GET");
  return Get(path);
}

PlainReply SglangFlavour::Get(const std::string& path) const {
  if (path == "/metrics") {
    PlainReply reply = JsonReply(SglangMetrics(engine_.model, engine_.batch, options_.model));
    reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return reply;
  }
  if (path == "/v1/models") return JsonReply(SglangModels(options_, engine_));
  if (path == "/v1/loads") return JsonReply(SglangLoads(engine_));
  if (path.ends_with("model_info")) return JsonReply(SglangModelInfo(options_));
  if (path.ends_with("server_info")) return JsonReply(SglangServerInfo(options_, engine_));
  return UntypedReply(200, "");  // health
}

PlainReply SglangFlavour::FlushCache() {
  if (!engine_.model.FlushPrefixCache()) return UntypedReply(400, "Flush cache failed.\n");
  return UntypedReply(200,
                      "Cache flushed.\nPlease check backend logs for more details. (When there are "
                      "running or waiting requests, the operation will not be performed.)\n");
}

std::string SglangFlavour::ResponseId(const InferenceRequest& request, std::string_view,
                                      uint64_t ordinal) const {
  // The client's own, as far as it needs no escapes in JSON.
  std::string id = request.response_id.substr(0, 128);
  std::erase_if(id, [](unsigned char c) { return c < ' ' || c > '~' || c == '"' || c == '\\'; });
  if (!id.empty()) return id;
  const Draws draws{options_.seed};
  return absl::StrFormat("%016x%016x", draws.Bits(Purpose::kResponseId, 2 * ordinal),
                         draws.Bits(Purpose::kResponseId, 2 * ordinal + 1));
}

std::unique_ptr<ReplyWriter> SglangFlavour::NewWriter(const InferenceRequest& request,
                                                      const ReplyIdentity& identity) const {
  std::unique_ptr<ReplyWriter> writer;
  if (request.route == Route::kNative) {
    writer = std::make_unique<SglangGenerateReply>(request, identity, options_,
                                                   engine_.batch.draft_length);
  } else {
    writer = std::make_unique<SglangReply>(request, identity, options_, engine_.batch.draft_length);
  }
  if (options_.sglang_request_log.empty()) return writer;
  return std::make_unique<LoggedReply>(std::move(writer), log_, request, identity);
}

PlainReply SglangFlavour::Error(const ApiError& error) const { return FlatErrorReply(error); }

std::string SglangFlavour::ErrorEvents(const ApiError& error) const {
  std::string bytes;
  // Its own route words it in another way.
  const bool native = error.type == "invalid_request_error";
  AppendHttpChunk(native ? "data: " + NativeErrorReply(error).body + "\n\n" : FlatErrorEvent(error),
                  bytes);
  AppendHttpChunk("data: [DONE]\n\n", bytes);
  AppendHttpChunk("", bytes);
  return bytes;
}

}  // namespace specctl::sim
