#include "tools/sim/inference_request.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "common/base/hash.h"
#include "tools/sim/category.h"
#include "tools/sim/prefix_cache.h"
#include "tools/sim/python_float.h"
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

std::string PythonInput(const json::value& value) {
  if (value.is_string()) return absl::StrFormat("'%s'", std::string(value.as_string()));
  if (value.is_object()) return absl::StrFormat("'<dict of %d items>'", value.as_object().size());
  if (value.is_array()) return absl::StrFormat("'<list of %d items>'", value.as_array().size());
  if (value.is_bool()) return value.as_bool() ? "True" : "False";
  if (value.is_null()) return "None";
  if (value.is_double()) return PythonFloat(value.as_double());
  return json::serialize(value);
}

// Reads the fields of a body; the first error found stays.
class Fields {
 public:
  explicit Fields(const json::object& body) : body_(body) {}

  // nullptr where the field is absent or null.
  const json::value* Find(std::string_view name) const {
    const json::value* found = body_.if_contains(name);
    return found == nullptr || found->is_null() ? nullptr : found;
  }

  const json::value* Require(std::string_view name) {
    const json::value* found = Find(name);
    if (found == nullptr) Invalid("missing", name, "Field required", body_);
    return found;
  }

  bool Bool(std::string_view name) {
    const json::value* found = Find(name);
    if (found == nullptr) return false;
    if (!found->is_bool()) {
      Invalid("bool_type", name, "Input should be a valid boolean", *found);
      return false;
    }
    return found->as_bool();
  }

  std::optional<int64_t> Integer(std::string_view name) {
    const json::value* found = Find(name);
    if (found == nullptr) return std::nullopt;
    if (found->is_int64()) return found->as_int64();
    // Beyond int64: larger than any limit, which then says so.
    if (found->is_uint64()) return INT64_MAX;
    Invalid(found->is_string() ? "int_parsing" : "int_type", name,
            found->is_string()
                ? "Input should be a valid integer, unable to parse string as an integer"
                : "Input should be a valid integer",
            *found);
    return std::nullopt;
  }

  std::optional<double> Number(std::string_view name) {
    const json::value* found = Find(name);
    if (found == nullptr) return std::nullopt;
    if (found->is_number()) return found->to_number<double>();
    Invalid("float_type", name, "Input should be a valid number", *found);
    return std::nullopt;
  }

  std::string String(std::string_view name) {
    const json::value* found = Find(name);
    if (found == nullptr) return "";
    if (found->is_string()) return std::string(found->as_string());
    Invalid("string_type", name, "Input should be a valid string", *found);
    return "";
  }

  void Invalid(std::string_view kind, std::string_view name, std::string_view text,
               const json::value& input) {
    const std::string where = absl::StrFormat("body.%s", name);
    const std::string shown = PythonInput(input);
    Fail(ValidationError({.kind = kind, .where = where, .text = text, .input = shown}));
  }

  void Fail(ApiError error) {
    if (!error_) error_ = std::move(error);
  }

  const std::optional<ApiError>& error() const { return error_; }

 private:
  const json::object& body_;
  std::optional<ApiError> error_;
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

Prompt ReadMessages(Fields& fields) {
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

Prompt ReadPlainPrompt(Fields& fields) {
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
    fields.Fail({.message = "prompt: the simulated engine takes one text or one list of token ids",
                 .param = "prompt"});
  }
  return prompt;
}

// max_tokens as asked for; absent: all that fits into the context, for completions 16.
uint32_t ReadMaxTokens(Route route, uint64_t room_tokens, const RequestRules& rules,
                       Fields& fields) {
  // The newer name goes before the older one; both are checked.
  std::optional<int64_t> asked = fields.Integer("max_completion_tokens");
  if (const std::optional<int64_t> other = fields.Integer("max_tokens"); !asked) asked = other;
  if (!asked) {
    const uint64_t most = route == Route::kChat ? room_tokens : std::min<uint64_t>(16, room_tokens);
    return static_cast<uint32_t>(std::max<uint64_t>(1, most));
  }
  const std::string shown = absl::StrFormat("%d", *asked);
  if (*asked < 1) {
    fields.Fail(ParameterError(absl::StrFormat("max_tokens must be at least 1, got %s.", shown),
                               "max_tokens", shown));
    return 1;
  }
  if (*asked > int64_t{rules.context_tokens_max}) {
    fields.Fail(ParameterError(
        absl::StrFormat("max_tokens=%s cannot be greater than max_model_len=%d. Please request "
                        "fewer output tokens.",
                        shown, rules.context_tokens_max),
        "max_tokens", shown));
    return 1;
  }
  return static_cast<uint32_t>(*asked);
}

void ReadStreamOptions(const RequestRules& rules, Fields& fields, InferenceRequest& request) {
  const json::value* options = fields.Find("stream_options");
  if (options == nullptr) return;
  if (!request.stream) {
    ApiError error;
    error.message =
        "Stream options can only be defined when `stream=True`. (parameter=stream_options)";
    error.param = "stream_options";
    fields.Fail(std::move(error));
    return;
  }
  if (!options->is_object()) {
    fields.Invalid("model_type", "stream_options", "Input should be a valid dictionary", *options);
    return;
  }
  Fields inner(options->as_object());
  request.include_usage = inner.Bool("include_usage");
  const bool continuous = inner.Bool("continuous_usage_stats");
  // vLLM sends usage on each chunk only where usage is asked for at all.
  request.continuous_usage = request.include_usage && continuous;
  if (inner.error()) fields.Fail(*inner.error());
  if (continuous && rules.refuse_continuous_usage) {
    fields.Fail(ValidationError({.kind = "extra_forbidden",
                                 .where = "body.stream_options.continuous_usage_stats",
                                 .text = "Extra inputs are not permitted",
                                 .input = "True"}));
  }
}

void CheckSampling(const RequestRules& rules, Fields& fields, InferenceRequest& request) {
  for (const std::string_view name : {"n", "best_of"}) {
    const std::optional<int64_t> copies = fields.Integer(name);
    if (!copies || *copies == 1) continue;
    ApiError error;
    error.message = *copies < 1 ? absl::StrFormat("%s must be at least 1, got %d.", name, *copies)
                                : absl::StrFormat(
                                      "%s: the simulated engine gives one choice, got "
                                      "%d.",
                                      name, *copies);
    fields.Fail(std::move(error));
  }
  if (const std::optional<double> heat = fields.Number("temperature"); heat && *heat < 0) {
    const std::string shown = PythonFloat(*heat);
    fields.Fail(ParameterError(absl::StrFormat("temperature must be non-negative, got %s.", shown),
                               "temperature", shown));
  }
  const bool unsupported =
      fields.Find("logit_bias") != nullptr || fields.Number("min_p").value_or(0) > 0;
  // Found by vLLM's engine, after the request was accepted: kept for BeginReply().
  if (!rules.speculative || !unsupported) return;
  request.refused_by_engine = ApiError{};
  request.refused_by_engine->message =
      "The min_p and logit_bias sampling parameters are not yet supported with speculative "
      "decoding.";
}

void CheckContext(const RequestRules& rules, Fields& fields, const InferenceRequest& request) {
  if (request.prompt_tokens > rules.context_tokens_max) {
    fields.Fail(PromptTooLong(rules.context_tokens_max));
  } else if (uint64_t{request.prompt_tokens} + request.max_tokens > rules.context_tokens_max) {
    fields.Fail(ContextTooLong({.max = rules.context_tokens_max,
                                .prompt = request.prompt_tokens,
                                .output = request.max_tokens}));
  }
}

void CheckModel(const RequestRules& rules, Fields& fields) {
  const std::string model = fields.String("model");
  if (!model.empty() && model != rules.model) fields.Fail(UnknownModel(model, rules.model));
}

std::variant<json::value, ApiError> ParseJson(const RequestBody& body) {
  if (!body.content_type.starts_with("application/json")) {
    ApiError error;
    error.message =
        "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed";
    error.type = "Bad Request";
    return error;
  }
  json::parser parser;
  boost::system::error_code failed;
  const size_t parsed = parser.write_some(body.json.data(), body.json.size(), failed);
  if (!failed && parsed == body.json.size()) return parser.release();
  const std::string where = absl::StrFormat("body.%d", parsed);
  return ValidationError({.kind = "json_invalid",
                          .where = where,
                          .text = "JSON decode error",
                          .input = "'<dict of 0 items>'",
                          .more = ", 'ctx': {'error': 'Expecting value'}"});
}

}  // namespace

std::variant<InferenceRequest, ApiError> ReadInferenceRequest(const RequestBody& body,
                                                              const RequestRules& rules) {
  std::variant<json::value, ApiError> parsed = ParseJson(body);
  if (const ApiError* error = std::get_if<ApiError>(&parsed)) return *error;
  const json::value& root = std::get<json::value>(parsed);
  if (!root.is_object()) {
    return ValidationError({.kind = "model_attributes_type",
                            .where = "body",
                            .text = "Input should be a valid dictionary",
                            .input = PythonInput(root)});
  }
  Fields fields(root.as_object());
  const Prompt prompt = body.route == Route::kChat ? ReadMessages(fields) : ReadPlainPrompt(fields);
  InferenceRequest request;
  request.route = body.route;
  request.stream = fields.Bool("stream");
  ReadStreamOptions(rules, fields, request);
  CheckSampling(rules, fields, request);
  CheckModel(rules, fields);
  request.return_token_ids = fields.Bool("return_token_ids");
  request.ignore_eos = fields.Bool("ignore_eos");
  request.min_tokens = static_cast<uint32_t>(
      std::clamp<int64_t>(fields.Integer("min_tokens").value_or(0), 0, UINT32_MAX));
  request.seed = static_cast<uint64_t>(fields.Integer("seed").value_or(0));
  request.prompt_tokens =
      prompt.token_ids.value_or(PromptTokens(prompt.text.size(), prompt.messages));
  // 0 where the prompt fills the context; CheckContext() then refuses.
  const uint64_t room = rules.context_tokens_max > request.prompt_tokens
                            ? rules.context_tokens_max - request.prompt_tokens
                            : 0;
  request.max_tokens = ReadMaxTokens(body.route, room, rules, fields);
  CheckContext(rules, fields, request);
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
