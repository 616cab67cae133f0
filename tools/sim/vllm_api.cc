#include "tools/sim/vllm_api.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/error_reply.h"
#include "tools/sim/vllm_events.h"

namespace specctl::sim {
namespace {

constexpr size_t kRequestIdBytesMax = 128;

PlainReply Json(std::string body) {
  PlainReply reply;
  reply.body = std::move(body);
  return reply;
}

PlainReply TextReply(std::string content_type, std::string body) {
  PlainReply reply;
  reply.content_type = std::move(content_type);
  reply.body = std::move(body);
  return reply;
}

bool PlainInId(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == ':';
}

}  // namespace

VllmApi::VllmApi(VllmApiOptions options) : options_(std::move(options)), draws_{options_.seed} {}

std::variant<PlainReply, InferenceRequest> VllmApi::Answer(const HttpRequest& request) const {
  const std::string& path = request.path;
  // As vLLM: metrics, version and health need no key.
  if (path.starts_with("/v1") && !options_.api_key.empty() &&
      request.authorization != absl::StrFormat("Bearer %s", options_.api_key)) {
    return UnauthorizedReply();
  }
  const bool chat = path == "/v1/chat/completions";
  if (chat || path == "/v1/completions") {
    // After the key, which vLLM checks before the route.
    if (request.method != "POST") return WrongMethodReply("POST");
    auto read = ReadInferenceRequest({.route = chat ? Route::kChat : Route::kCompletions,
                                      .content_type = request.content_type,
                                      .json = request.body,
                                      .category = request.category},
                                     options_.rules);
    if (const ApiError* error = std::get_if<ApiError>(&read)) return ErrorReply(*error);
    return std::get<InferenceRequest>(std::move(read));
  }
  const bool metrics = path == "/metrics" && options_.metrics;
  if (path != "/v1/models" && path != "/version" && path != "/health" && !metrics) {
    return UnknownRouteReply();
  }
  if (request.method != "GET") return WrongMethodReply("GET");
  if (path == "/version") return Json(absl::StrFormat(R"({"version":"%s"})", kVllmVersion));
  if (path == "/health") return TextReply("", "");
  if (metrics) return TextReply("text/plain; version=1.0.0; charset=utf-8", options_.metrics());
  return Json(Models());
}

std::string VllmApi::Models() const {
  const int64_t created =
      std::chrono::duration_cast<std::chrono::seconds>(options_.started.time_since_epoch()).count();
  std::string model;
  AppendJsonString(options_.rules.model, model);
  return absl::StrFormat(
      R"({"object":"list","data":[{"id":%s,"object":"model","created":%d,"owned_by":"vllm","root":%s,)"
      R"("parent":null,"max_model_len":%d,"permission":[{"id":"modelperm-%016x",)"
      R"("object":"model_permission","created":%d,"allow_create_engine":false,"allow_sampling":true,)"
      R"("allow_logprobs":true,"allow_search_indices":false,"allow_view":true,)"
      R"("allow_fine_tuning":false,"organization":"*","group":null,"is_blocking":false}]}]})",
      model, created, model, options_.rules.context_tokens_max,
      draws_.Bits(Purpose::kResponseId, UINT32_MAX), created);
}

std::string VllmApi::ResponseId(Route route, std::string_view request_id, uint64_t ordinal) const {
  // vLLM takes the client's X-Request-Id for its own.
  std::string id(request_id.substr(0, kRequestIdBytesMax));
  // It is written into JSON without escapes, once for each chunk.
  std::erase_if(id, [](char c) { return !PlainInId(c); });
  if (id.empty()) id = absl::StrFormat("%016x", draws_.Bits(Purpose::kResponseId, ordinal));
  return (route == Route::kChat ? "chatcmpl-" : "cmpl-") + id;
}

}  // namespace specctl::sim
