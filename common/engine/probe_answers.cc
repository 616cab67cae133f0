#include "common/engine/probe_answers.h"

#include <absl/strings/str_format.h>
#include <simdjson.h>

#include <algorithm>
#include <set>

#include "common/engine/error_body.h"
#include "common/engine/one_line.h"
#include "common/engine/shown_url.h"

namespace specctl {
namespace {

namespace dom = simdjson::dom;

absl::Status NotOpenAi(const HttpAnswer& answer, std::string_view why) {
  std::string got = std::to_string(answer.status);
  if (!answer.content_type.empty()) got.append(" ").append(answer.content_type);
  if (!answer.location.empty()) got.append(", a redirect to ").append(ShownUrl(answer.location));
  return absl::FailedPreconditionError(absl::StrFormat(
      "not an OpenAI-compatible server: GET /v1/models answered %s%s", got, std::string(why)));
}

absl::Status Refusal(const HttpAnswer& answer) {
  const std::string message = ParseErrorBody(answer.body, answer.status).message;
  if (answer.status == 401 || answer.status == 403) {
    return absl::UnauthenticatedError(
        absl::StrFormat("GET /v1/models answered %d: %s", answer.status, message));
  }
  // It may be ready later, which --wait-ready waits for.
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

constexpr uint64_t kDraftLengthMax = 10'000;  // more is no length
constexpr std::string_view kAcceptedByPosition =
    "vllm:spec_decode_num_accepted_tokens_per_pos_total{";

// The value of the label of that name, as it is written; empty: there is none.
std::string_view ValueOfLabel(std::string_view sample, std::string_view name) {
  const std::string label = std::string(name) + "=\"";
  for (size_t at = sample.find(label); at != std::string_view::npos;
       at = sample.find(label, at + 1)) {
    if (at == 0 || (sample[at - 1] != '{' && sample[at - 1] != ',' && sample[at - 1] != ' ')) {
      continue;
    }
    sample.remove_prefix(at + label.size());
    return sample.substr(0, sample.find('"'));
  }
  return {};
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
        "GET /v1/models: the server lists no models; load one first");
  }
  return models;
}

std::optional<uint32_t> DraftLengthOfMetrics(std::string_view text) {
  std::set<std::string_view> positions;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.starts_with(kAcceptedByPosition) || positions.size() > kDraftLengthMax) continue;
    const std::string_view position = ValueOfLabel(line, "position");
    if (!position.empty()) positions.insert(position);
  }
  if (positions.empty()) return std::nullopt;
  return static_cast<uint32_t>(positions.size());
}

bool RefusesContinuousUsage(uint32_t status, std::string_view body) {
  if (status != 400 && status != 422) return false;
  return body.find("stream_options") != std::string_view::npos ||
         body.find("continuous_usage_stats") != std::string_view::npos;
}

}  // namespace specctl
