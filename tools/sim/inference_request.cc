#include "tools/sim/inference_request.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "common/base/hash.h"
#include "tools/sim/category.h"
#include "tools/sim/prefix_cache.h"
#include "tools/sim/request_fields.h"
#include "tools/sim/token_model.h"

namespace specctl::sim {
namespace {

namespace json = boost::json;

// The text of a prompt, in one piece.
struct Prompt {
  std::string text;
  uint64_t messages = 0;              // 0: a plain prompt
  std::optional<uint32_t> token_ids;  // where it was given as a list of them
};

// Text of a message's content: a string, parts with texts, or anything else as JSON.
void AppendContent(const json::value& content, std::string& text) {
  if (content.is_string()) {
    text += std::string_view(content.as_string());
  } else if (const json::array* parts = content.if_array()) {
    for (const json::value& part : *parts) {
      const json::object* object = part.if_object();
      const json::value* inner = object == nullptr ? nullptr : object->if_contains("text");
      // An image or another part without text still counts as something.
      AppendContent(inner == nullptr ? json::value(json::serialize(part)) : *inner, text);
    }
  } else if (!content.is_null()) {
    text += json::serialize(content);
  }
}

Prompt ReadMessages(RequestFields& fields) {
  Prompt prompt;
  const json::value* messages = fields.Require("messages");
  if (messages == nullptr) return prompt;
  const json::array* list = messages->if_array();
  if (list == nullptr || list->empty()) {
    fields.Invalid("list_type", "messages", "Input should be a valid list", *messages);
    return prompt;
  }
  for (const json::value& message : *list) {
    const json::object* object = message.if_object();
    if (object == nullptr || !object->contains("role")) {
      fields.Invalid("missing", absl::StrFormat("messages.%d.role", prompt.messages),
                     "Field required", message);
      return prompt;
    }
    // Roles and line ends are part of the text that is hashed: the same words in other roles are
    // another prompt.
    AppendContent(object->at("role"), prompt.text);
    prompt.text += '\n';
    for (const std::string_view name : {"content", "tool_calls"}) {
      if (const json::value* part = object->if_contains(name)) AppendContent(*part, prompt.text);
    }
    prompt.text += '\n';
    ++prompt.messages;
  }
  return prompt;
}

Prompt ReadPlainPrompt(RequestFields& fields) {
  Prompt prompt;
  const json::value* given = fields.Require("prompt");
  if (given == nullptr) return prompt;
  const json::array* list = given->if_array();
  // A list of one prompt is a prompt, as in OpenAI's API.
  if (list != nullptr && list->size() == 1 && !list->front().is_number()) {
    given = &list->front();
    list = given->if_array();
  }
  if (given->is_string()) {
    prompt.text = std::string(given->as_string());
  } else if (list != nullptr && !list->empty() && list->front().is_number()) {
    // Ids stand for the text: they are hashed and cached in the same way.
    prompt.text = json::serialize(*given);
    prompt.token_ids = static_cast<uint32_t>(list->size());
  } else {
    fields.Fail(fields.words().OnePromptOnly());
  }
  return prompt;
}

// max_tokens as asked for; absent: all that fits into the context, for completions the server's
// default.
uint32_t ReadMaxTokens(Route route, uint64_t room_tokens, const RequestRules& rules,
                       RequestFields& fields) {
  // The newer name goes before the older one; both are checked.
  std::optional<int64_t> asked = fields.Integer("max_completion_tokens");
  if (const std::optional<int64_t> other = fields.Integer(rules.max_tokens_field); !asked) {
    asked = other;
  }
  const auto room = static_cast<int64_t>(room_tokens);
  if (asked && rules.tokens_cut_to_context) {
    asked = *asked < 0 ? room : std::min(*asked, std::max<int64_t>(room, 1));
  }
  if (!asked) {
    const uint64_t most = route == Route::kChat
                              ? room_tokens
                              : std::min<uint64_t>(rules.completion_tokens_default, room_tokens);
    return static_cast<uint32_t>(std::max<uint64_t>(1, most));
  }
  if (*asked < (rules.zero_tokens_allowed ? 0 : 1)) {
    fields.Fail(fields.words().TooFewTokens(*asked));
    return 1;
  }
  if (*asked > int64_t{rules.context_tokens_max}) {
    fields.Fail(fields.words().TooManyTokens(*asked, rules.context_tokens_max));
    return 1;
  }
  return static_cast<uint32_t>(*asked);
}

void ReadStreamOptions(const RequestRules& rules, RequestFields& fields,
                       InferenceRequest& request) {
  const json::value* options = fields.Find("stream_options");
  if (options == nullptr) return;
  if (!request.stream) {
    if (rules.stream_options_need_stream) fields.Fail(fields.words().NotStreamed());
    return;
  }
  if (!options->is_object()) {
    fields.Invalid("model_type", "stream_options", "Input should be a valid dictionary", *options);
    return;
  }
  RequestFields inner(options->as_object(), fields.words());
  request.include_usage = inner.Bool("include_usage") ||
                          (rules.usage_with_options && inner.Find("include_usage") == nullptr);
  const bool continuous = inner.Bool("continuous_usage_stats");
  // vLLM sends usage on each chunk only where usage is asked for at all.
  request.continuous_usage = continuous && (request.include_usage || rules.continuous_usage_alone);
  if (inner.error()) fields.Fail(*inner.error());
  if (continuous && rules.refuse_continuous_usage) {
    fields.Fail(fields.words().Invalid({.kind = "extra_forbidden",
                                        .where = "body.stream_options.continuous_usage_stats",
                                        .text = "Extra inputs are not permitted",
                                        .input = "True"}));
  }
}

void CheckSampling(const RequestRules& rules, RequestFields& fields, InferenceRequest& request) {
  for (const std::string_view name : {"n", "best_of"}) {
    const std::optional<int64_t> copies = fields.Integer(name);
    if (!copies || *copies == 1) continue;
    fields.Fail(fields.words().OneChoiceOnly(name, *copies));
  }
  if (const std::optional<double> heat = fields.Number("temperature"); heat && *heat < 0) {
    fields.Fail(fields.words().NegativeTemperature(*heat));
  }
  const bool unsupported =
      fields.Find("logit_bias") != nullptr || fields.Number("min_p").value_or(0) > 0;
  // Found by vLLM's engine, after the request was accepted: kept for BeginReply().
  if (!rules.sampling_limited || !rules.speculative || !unsupported) return;
  request.refused_by_engine = ApiError{};
  request.refused_by_engine->message =
      "The min_p and logit_bias sampling parameters are not yet supported with speculative "
      "decoding.";
}

// A switch in chat, the number of alternatives in completions.
bool AsksForLogprobs(const RequestFields& fields) {
  const json::value* asked = fields.Find("logprobs");
  return asked != nullptr && (asked->is_number() || *asked == json::value(true));
}

// A string or a list of strings.
std::string FirstStopString(const RequestFields& fields) {
  const json::value* stop = fields.Find("stop");
  if (stop == nullptr) return "";
  if (const json::array* list = stop->if_array(); list != nullptr && !list->empty()) {
    stop = &list->front();
  }
  return stop->is_string() ? std::string(stop->as_string()) : "";
}

void CheckContext(const RequestRules& rules, RequestFields& fields,
                  const InferenceRequest& request) {
  if (request.prompt_tokens > rules.context_tokens_max) {
    fields.Fail(fields.words().PromptTooLong(request.prompt_tokens, rules.context_tokens_max));
  } else if (uint64_t{request.prompt_tokens} + request.max_tokens > rules.context_tokens_max) {
    fields.Fail(fields.words().ContextTooLong({.max = rules.context_tokens_max,
                                               .prompt = request.prompt_tokens,
                                               .output = request.max_tokens}));
  }
}

void CheckModel(const RequestRules& rules, RequestFields& fields, InferenceRequest& request) {
  request.model = fields.String("model");
  if (request.model.empty() || !rules.models_echoed) request.model = rules.model;
  if (rules.other_models_refused && request.model != rules.model) {
    fields.Fail(fields.words().UnknownModel(request.model, rules.model));
  }
}

// Servers that forbid what they don't know.
void CheckNames(const RequestRules& rules, RequestFields& fields) {
  if (rules.fields_known.empty()) return;
  for (const auto& [name, value] : fields.body()) {
    if (std::ranges::find(rules.fields_known, std::string_view(name)) != rules.fields_known.end()) {
      continue;
    }
    fields.Invalid("extra_forbidden", name, "Extra inputs are not permitted", value);
  }
}

std::variant<json::value, ApiError> ParseJson(const RequestBody& body, const RequestRules& rules) {
  if (rules.json_type_needed && !body.content_type.starts_with("application/json")) {
    return rules.words->NotJsonType();
  }
  json::parser parser;
  boost::system::error_code failed;
  const size_t parsed = parser.write_some(body.json.data(), body.json.size(), failed);
  if (!failed && parsed == body.json.size()) return parser.release();
  return rules.words->NotJson(parsed);
}

}  // namespace

std::variant<InferenceRequest, ApiError> ReadInferenceRequest(const RequestBody& body,
                                                              const RequestRules& rules) {
  std::variant<json::value, ApiError> parsed = ParseJson(body, rules);
  if (const ApiError* error = std::get_if<ApiError>(&parsed)) return *error;
  const json::value& root = std::get<json::value>(parsed);
  if (!root.is_object()) {
    const std::string shown = PythonInput(root);
    return rules.words->Invalid({.kind = "model_attributes_type",
                                 .where = "body",
                                 .text = "Input should be a valid dictionary",
                                 .input = shown});
  }
  RequestFields fields(root.as_object(), *rules.words);
  const Prompt prompt = body.route == Route::kChat ? ReadMessages(fields) : ReadPlainPrompt(fields);
  InferenceRequest request;
  request.route = body.route;
  request.stream = fields.Bool("stream");
  ReadStreamOptions(rules, fields, request);
  CheckSampling(rules, fields, request);
  CheckModel(rules, fields, request);
  request.return_token_ids = fields.Bool("return_token_ids");
  request.ignore_eos = fields.Bool("ignore_eos");
  request.min_tokens = static_cast<uint32_t>(
      std::clamp<int64_t>(fields.Integer("min_tokens").value_or(0), 0, UINT32_MAX));
  request.logprobs = AsksForLogprobs(fields);
  request.stop = FirstStopString(fields);
  request.seed = static_cast<uint64_t>(fields.Integer("seed").value_or(0));
  request.prompt_tokens =
      prompt.token_ids.value_or(PromptTokens(prompt.text.size(), prompt.messages));
  // 0 where the prompt fills the context; CheckContext() then refuses.
  const uint64_t room = rules.context_tokens_max > request.prompt_tokens
                            ? rules.context_tokens_max - request.prompt_tokens
                            : 0;
  request.max_tokens = ReadMaxTokens(body.route, room, rules, fields);
  CheckContext(rules, fields, request);
  if (rules.read_more != nullptr) rules.read_more(fields, request);
  CheckNames(rules, fields);
  const std::string named =
      body.category.empty() ? fields.String("category") : std::string(body.category);
  // One error, the first that was found.
  if (fields.error()) return *fields.error();
  request.category = named.empty() ? std::string(RecogniseCategory(prompt.text)) : named;
  // Not before: hashing a prompt of megabytes for a refusal would be a waste.
  request.prompt_hash = Fnv1a(prompt.text);
  request.prompt_blocks = PromptBlocks(prompt.text, request.prompt_tokens);
  return request;
}

}  // namespace specctl::sim
