#include "common/engine/request_body.h"

#include <absl/strings/str_format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "common/base/json_writer.h"
#include "common/engine/one_line.h"

namespace specctl {
namespace {

namespace ondemand = simdjson::ondemand;

// The measurement depends on these: one streamed choice, with the prompts and models on record.
constexpr std::array<std::string_view, 7> kOurs = {
    "stream", "stream_options", "messages", "prompt", "n", "model", "sampling_params"};

bool IsOurs(std::string_view key) {
  return std::find(kOurs.begin(), kOurs.end(), key) != kOurs.end();
}

bool IsLimit(std::string_view key) { return key == "max_tokens" || key == "max_completion_tokens"; }

template <class Fields>
bool HasLimit(const Fields& fields) {
  return std::any_of(fields.begin(), fields.end(),
                     [](const auto& field) { return IsLimit(field.key); });
}

template <class Fields>
bool Has(const Fields& fields, std::string_view key) {
  return std::any_of(fields.begin(), fields.end(),
                     [key](const auto& field) { return field.key == key; });
}

void AppendMember(std::string_view key, std::string_view json, std::string& out) {
  out.push_back(',');
  AppendJsonString(key, out);
  out.append(":").append(json);
}

// A field of the OpenAI routes, and what SGLang's SamplingParams calls it.
struct SamplingName {
  std::string_view openai, sampling;
};
constexpr std::array<SamplingName, 3> kSamplingNames = {{{"max_tokens", "max_new_tokens"},
                                                         {"min_tokens", "min_new_tokens"},
                                                         {"seed", "sampling_seed"}}};

std::string_view OpenAiName(std::string_view key) {
  if (key == "max_completion_tokens") return "max_tokens";
  for (const SamplingName& name : kSamplingNames) {
    if (key == name.sampling) return name.openai;
  }
  return key;
}

std::string_view SamplingNameOf(std::string_view key) {
  for (const SamplingName& name : kSamplingNames) {
    if (key == name.openai) return name.sampling;
  }
  return key;
}

// Into a list that is open.
void AppendIds(std::span<const uint32_t> ids, std::string& out) {
  for (const uint32_t id : ids) {
    if (out.back() != '[') out.push_back(',');
    std::array<char, 10> digits;  // enough for 32 bits
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), id).ptr;
    out.append(digits.data(), end);
  }
}

// A reply's ids without the token that ended it: the template's next piece brings its own.
std::span<const uint32_t> WithoutEnd(std::span<const uint32_t> reply,
                                     std::span<const uint32_t> next_piece,
                                     std::span<const uint32_t> end_ids) {
  const uint32_t last = reply.back();
  const bool is_end = std::find(end_ids.begin(), end_ids.end(), last) != end_ids.end() ||
                      (!next_piece.empty() && next_piece.front() == last);
  return is_end ? reply.first(reply.size() - 1) : reply;
}

// Pieces of a prompt, and the replies between them.
absl::Status AppendPieces(std::span<const Message> messages, std::span<const uint32_t> end_ids,
                          std::string& body) {
  body.push_back('[');
  for (size_t i = 0; i < messages.size(); ++i) {
    std::span<const uint32_t> ids = messages[i].token_ids;
    if (ids.empty()) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "messages: the server told no token ids of reply %d, which the next turn's prompt of ids "
          "needs",
          i / 2 + 1));
    }
    if (i % 2 == 1 && i + 1 < messages.size()) {
      ids = WithoutEnd(ids, messages[i + 1].token_ids, end_ids);
    }
    AppendIds(ids, body);
  }
  body.push_back(']');
  return absl::OkStatus();
}

std::string JsonString(std::string_view text) {
  std::string json;
  AppendJsonString(text, json);
  return json;
}

// A count as JSON has it; nullopt where it is none.
std::optional<uint64_t> TokensOf(std::string_view json) {
  uint64_t tokens = 0;
  const char* const end = json.data() + json.size();
  const auto read = std::from_chars(json.data(), end, tokens);
  return read.ec == std::errc() && read.ptr == end ? std::optional(tokens) : std::nullopt;
}

// What is no count is as good as no limit.
uint64_t Capped(std::optional<uint64_t> tokens, const BodyOptions& options) {
  const uint64_t most = options.tokens_at_most.value_or(std::numeric_limits<uint64_t>::max());
  return std::min(tokens.value_or(most), most);
}

// On-demand parsing alone would let faults pass.
simdjson::error_code CheckObject(const simdjson::padded_string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  return parser.parse(json).get(object);
}

}  // namespace

std::string_view PathOf(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::kChat:
      return "/v1/chat/completions";
    case Endpoint::kGenerate:
      return "/generate";
    case Endpoint::kCompletions:
      break;
  }
  return "/v1/completions";
}

absl::StatusOr<std::vector<RequestBodyWriter::Field>> RequestBodyWriter::ParseFields(
    std::string_view json) const {
  std::vector<Field> fields;
  if (json.empty()) return fields;
  const auto refused = [json](simdjson::error_code error) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "need a JSON object, got %s (%s)", OneLine(json, 120), simdjson::error_message(error)));
  };
  const simdjson::padded_string padded(json);
  if (const auto error = CheckObject(padded)) return refused(error);
  ondemand::parser parser;
  ondemand::document document;
  ondemand::object object;
  if (const auto error = parser.iterate(padded).get(document)) return refused(error);
  if (const auto error = document.get_object().get(object)) return refused(error);
  for (auto entry : object) {
    std::string_view key, value;
    if (const auto error = entry.unescaped_key().get(key)) return refused(error);
    const bool own_names = request_.endpoint == Endpoint::kGenerate;
    std::string key_text(own_names ? OpenAiName(key) : key);
    if (const auto error = simdjson::to_json_string(entry.value()).get(value)) {
      return refused(error);
    }
    std::erase_if(fields, [&](const Field& field) { return field.key == key_text; });
    fields.push_back({.key = std::move(key_text), .json = std::string(value)});
  }
  return fields;
}

absl::StatusOr<RequestBodyWriter> RequestBodyWriter::Create(const RequestSpec& request,
                                                            std::vector<Field> stream_fields) {
  RequestBodyWriter writer;
  writer.request_ = request;
  writer.stream_fields_ = std::move(stream_fields);
  auto extra = writer.ParseFields(request.extra_inputs_json);
  if (!extra.ok()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--extra-inputs: %s", std::string(extra.status().message())));
  }
  for (const Field& field : *extra) {
    if (!IsOurs(field.key)) continue;
    return absl::InvalidArgumentError(absl::StrFormat(
        "--extra-inputs: %s is set by specctl itself and can't be given", field.key));
  }
  writer.extra_inputs_ = *std::move(extra);
  if (request.temperature) {
    writer.flags_.push_back({"temperature", FormatDouble(*request.temperature)});
  }
  if (!request.reasoning_effort.empty()) {
    if (request.endpoint != Endpoint::kChat) {
      return absl::InvalidArgumentError(
          "--reasoning-effort: only chat has a template that could use it; leave it out, or use "
          "--endpoint chat");
    }
    writer.flags_.push_back({"reasoning_effort", JsonString(request.reasoning_effort)});
  }
  if (!request.cache_salt.empty() && request.endpoint != Endpoint::kGenerate) {
    writer.flags_.push_back({"cache_salt", JsonString(request.cache_salt)});
  }
  if (request.ignore_eos) writer.flags_.push_back({"ignore_eos", "true"});
  return writer;
}

absl::StatusOr<std::string> RequestBodyWriter::WriteBody(std::span<const Message> messages,
                                                         const BodyOptions& options) const {
  auto row_fields = ParseFields(options.row_extra_json);
  if (!row_fields.ok()) {
    return absl::InvalidArgumentError(absl::StrFormat("extra request fields of the row: %s",
                                                      std::string(row_fields.status().message())));
  }
  size_t bytes = 512 + options.row_extra_json.size() + request_.extra_inputs_json.size();
  for (const Message& message : messages) {
    // With some room for escapes: one allocation for most bodies.
    bytes += 40 + message.content.size() + message.content.size() / 8 + message.raw_json.size() +
             7 * message.token_ids.size();
  }
  std::string body;
  body.reserve(bytes);
  body.push_back('{');
  if (const absl::Status status = AppendPrompt(messages, body); !status.ok()) return status;
  if (request_.endpoint == Endpoint::kGenerate) {
    if (!request_.cache_salt.empty()) {
      AppendMember("extra_key", JsonString(request_.cache_salt), body);
    }
    body.append(",\"sampling_params\":{\"n\":1");
    AppendFields(*row_fields, options, body);
    body.push_back('}');
  } else {
    AppendMember("model", JsonString(options.model.empty() ? request_.model : options.model), body);
    AppendFields(*row_fields, options, body);
  }
  AppendStreamFields(*row_fields, options, body);
  body.push_back('}');
  return body;
}

// By the precedence of AppendFields().
std::optional<uint64_t> RequestBodyWriter::MaxTokens(const BodyOptions& options) const {
  const auto row_fields = ParseFields(options.row_extra_json);
  if (!row_fields.ok()) return std::nullopt;
  const std::vector<Field>& limited_by = HasLimit(extra_inputs_) ? extra_inputs_ : *row_fields;
  if (!HasLimit(limited_by)) {
    return Capped(options.max_tokens.value_or(request_.osl_tokens), options);
  }
  std::optional<uint64_t> limit;
  for (const Field& field : limited_by) {
    if (!IsLimit(field.key)) continue;
    if (const auto tokens = TokensOf(field.json)) limit = std::max(limit.value_or(0), *tokens);
  }
  return limit || options.tokens_at_most ? std::optional(Capped(limit, options)) : std::nullopt;
}

void RequestBodyWriter::AppendField(std::string_view key, std::string_view json,
                                    std::string& body) const {
  AppendMember(request_.endpoint == Endpoint::kGenerate ? SamplingNameOf(key) : key, json, body);
}

// Each field once, from the first of --extra-inputs, the row and the flags that has it.
void RequestBodyWriter::AppendFields(std::span<const Field> row_fields, const BodyOptions& options,
                                     std::string& body) const {
  const auto append = [&](const Field& field) {
    const bool capped = options.tokens_at_most && (IsLimit(field.key) || field.key == "min_tokens");
    AppendField(field.key,
                capped ? std::to_string(Capped(TokensOf(field.json), options)) : field.json, body);
  };
  for (const Field& field : flags_) {
    if (Has(extra_inputs_, field.key) || Has(row_fields, field.key)) continue;
    append(field);
  }
  const bool limited_by_user = HasLimit(extra_inputs_);
  if (!limited_by_user && !HasLimit(row_fields)) {
    const uint64_t max_tokens = options.max_tokens.value_or(request_.osl_tokens);
    AppendField("max_tokens", std::to_string(Capped(max_tokens, options)), body);
  }
  for (const Field& field : row_fields) {
    // What the row says of the stream itself is not sent.
    if (IsOurs(field.key) || Has(extra_inputs_, field.key)) continue;
    if (!IsLimit(field.key) || !limited_by_user) append(field);
  }
  for (const Field& field : extra_inputs_) append(field);
}

absl::Status RequestBodyWriter::AppendPrompt(std::span<const Message> messages,
                                             std::string& body) const {
  if (request_.endpoint == Endpoint::kChat) {
    body.append("\"messages\":[");
    for (const Message& message : messages) {
      if (!message.token_ids.empty()) {
        return absl::InvalidArgumentError(
            "messages: token ids can't be sent to chat; use --endpoint completions");
      }
      if (body.back() != '[') body.push_back(',');
      if (!message.raw_json.empty()) {
        body.append(message.raw_json);
        continue;
      }
      body.append("{\"role\":");
      AppendJsonString(message.role, body);
      body.append(",\"content\":");
      AppendJsonString(message.content, body);
      body.push_back('}');
    }
    body.push_back(']');
    return absl::OkStatus();
  }
  const bool of_ids = !messages.empty() && !messages.front().token_ids.empty();
  if (request_.endpoint == Endpoint::kGenerate) {
    body.append(of_ids ? "\"input_ids\":" : "\"text\":");
  } else {
    body.append("\"prompt\":");
  }
  if (of_ids) {
    return AppendPieces(messages, request_.reply_end_ids, body);
  }
  std::string prompt;
  for (const Message& message : messages) {
    if (!message.token_ids.empty()) {
      return absl::InvalidArgumentError("messages: token ids can't follow a message of text");
    }
    if (!message.raw_json.empty()) {
      return absl::InvalidArgumentError(
          "messages: one holds more than text, and only chat accepts that; use --endpoint chat");
    }
    if (!prompt.empty()) prompt.append("\n\n");
    prompt.append(message.content);
  }
  AppendJsonString(prompt, body);
  return absl::OkStatus();
}

void RequestBodyWriter::AppendStreamFields(std::span<const Field> row_fields,
                                           const BodyOptions& options, std::string& body) const {
  if (!options.stream) return;
  body.append(",\"stream\":true");
  for (const Field& field : stream_fields_) {
    if (Has(extra_inputs_, field.key)) continue;
    // What the row says of the stream itself is not sent.
    if (!IsOurs(field.key) && Has(row_fields, field.key)) continue;
    AppendMember(field.key, field.json, body);
  }
}

}  // namespace specctl
