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

constexpr size_t kMethodBytesMax = 40;
constexpr uint64_t kDraftLengthMax = 10'000;  // more is no length
constexpr std::string_view kNoSpeculation = "none";
constexpr std::string_view kAcceptedByPosition =
    "vllm:spec_decode_num_accepted_tokens_per_pos_total{";

// `cut`: what of the number is not drafted.
std::optional<uint32_t> DraftLength(dom::object object, std::string_view key, uint64_t cut) {
  uint64_t tokens = 0;
  if (object[key].get(tokens) || tokens <= cut || tokens - cut > kDraftLengthMax) {
    return std::nullopt;
  }
  return static_cast<uint32_t>(tokens - cut);
}

std::string Method(dom::object object, std::string_view key) {
  std::string_view name;
  return object[key].get(name) ? "" : OneLine(name, kMethodBytesMax);
}

// The value of the label of that name, as it is written; empty: there is none.
std::string_view LabelValue(std::string_view sample, std::string_view name) {
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

std::optional<std::string> ParseVersion(const HttpAnswer& answer) {
  dom::parser parser;
  std::string_view version;
  if (answer.status != 200 ||
      parser.parse(simdjson::padded_string(answer.body))["version"].get(version)) {
    return std::nullopt;
  }
  return std::string(version);
}

SpeculationFacts ParseServerInfo(const HttpAnswer& answer) {
  const SpeculationFacts none = {.method = std::string(kNoSpeculation), .draft_length = {}};
  dom::parser parser;
  dom::object root, vllm, config;
  if (answer.status != 200 || parser.parse(simdjson::padded_string(answer.body)).get(root)) {
    return {};
  }
  if (!root["vllm_config"].get(vllm)) {
    const auto found = vllm["speculative_config"];
    if (found.is_null()) return none;
    if (found.get(config)) return {};
    return {.method = Method(config, "method"),
            .draft_length = DraftLength(config, "num_speculative_tokens", 0)};
  }
  if (root["speculative_algorithm"].is_null()) return none;
  SpeculationFacts facts = {.method = Method(root, "speculative_algorithm"), .draft_length = {}};
  if (!facts.method.empty()) {
    facts.draft_length = DraftLength(root, "speculative_num_draft_tokens", 1);
  }
  return facts;
}

std::optional<uint32_t> DraftLengthOfMetrics(std::string_view text) {
  std::set<std::string_view> positions;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.starts_with(kAcceptedByPosition) || positions.size() > kDraftLengthMax) continue;
    const std::string_view position = LabelValue(line, "position");
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
