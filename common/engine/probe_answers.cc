#include "common/engine/probe_answers.h"

#include <absl/strings/str_format.h>
#include <simdjson.h>

#include "common/engine/error_body.h"

namespace specctl {
namespace {

namespace dom = simdjson::dom;

absl::Status NotOpenAi(const HttpAnswer& answer, std::string_view why) {
  std::string got = std::to_string(answer.status);
  if (!answer.content_type.empty()) got.append(" ").append(answer.content_type);
  return absl::FailedPreconditionError(absl::StrFormat(
      "not an OpenAI-compatible server: GET /v1/models answered %s%s", got, std::string(why)));
}

absl::Status Refusal(const HttpAnswer& answer) {
  const std::string message = ParseErrorBody(answer.body, answer.status).message;
  if (answer.status == 401 || answer.status == 403) {
    return absl::UnauthenticatedError(
        absl::StrFormat("GET /v1/models answered %d: %s; give the server's key by --api-key-env",
                        answer.status, message));
  }
  if (answer.status == 429 || answer.status >= 500) {
    return absl::UnavailableError(
        absl::StrFormat("GET /v1/models answered %d: %s", answer.status, message));
  }
  return NotOpenAi(answer, "");
}

// `max_model_len` (vLLM, SGLang) or `meta.n_ctx` (llama.cpp).
std::optional<uint64_t> MaxModelLen(dom::object model) {
  uint64_t tokens = 0;
  if (!model["max_model_len"].get(tokens) || !model["meta"]["n_ctx"].get(tokens)) return tokens;
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::vector<ServedModel>> ParseModels(const HttpAnswer& answer) {
  if (answer.status != 200) return Refusal(answer);
  dom::parser parser;
  dom::object root;
  dom::array data;
  if (parser.parse(simdjson::padded_string(answer.body)).get(root) || root["data"].get(data)) {
    return NotOpenAi(answer, " without a JSON list of models");
  }
  std::vector<ServedModel> models;
  for (const dom::element element : data) {
    dom::object model;
    std::string_view id;
    if (element.get(model) || model["id"].get(id)) {
      return NotOpenAi(answer, " with a model that has no id");
    }
    models.push_back({.id = std::string(id), .max_model_len_tokens = MaxModelLen(model)});
  }
  if (models.empty()) {
    return absl::FailedPreconditionError(
        "GET /v1/models: the server lists no model: let it load one");
  }
  return models;
}

std::optional<std::string> ParseVersion(const HttpAnswer& answer) {
  dom::parser parser;
  std::string_view version;
  if (answer.status != 200 ||
      parser.parse(simdjson::padded_string(answer.body))["version"].get(version)) {
    return std::nullopt;
  }
  return std::string(version);
}

bool RefusesContinuousUsage(uint32_t status, std::string_view body) {
  if (status != 400 && status != 422) return false;
  return body.find("stream_options") != std::string_view::npos ||
         body.find("continuous_usage_stats") != std::string_view::npos;
}

}  // namespace specctl
