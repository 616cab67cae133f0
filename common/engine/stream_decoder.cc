#include "common/engine/stream_decoder.h"

#include <absl/strings/str_format.h>

#include <charconv>
#include <string>
#include <utility>

#include "common/engine/done_mark.h"
#include "common/engine/error_body.h"
#include "common/engine/event_counts.h"
#include "common/engine/json_walker.h"
#include "common/engine/native_event.h"
#include "common/engine/speculation_json.h"

namespace specctl {
namespace {

using Error = JsonWalker::Error;
using Key = JsonWalker::Key;
using Object = JsonWalker::Object;
using Value = JsonWalker::Value;

// Texts of a delta under these keys say what something is, and are no output.
bool NamesSomething(Key key) {
  return key.Is("role\"") || key.Is("type\"") || key.Is("id\"") || key.Is("index\"") ||
         key.Is("format\"") || key.Is("signature\"");
}

bool NamesReasoning(Key key) {
  return key.Is("thinking\"") || key.Is("reasoning_details\"") || key.Is("reasoning\"") ||
         key.Is("reasoning_content\"");
}

}  // namespace

// Each member function reads one kind of object into `event`.
struct StreamDecoder::State {
  struct Choice {
    std::string_view text, reasoning, reasoning_field, finish_reason, error;
    bool has_role = false, tool_call = false, other_output = false, other_reasoning = false;
    std::optional<uint32_t> token_ids, logprob_tokens;
    std::string_view token_ids_json;
    std::optional<uint64_t> index;
    std::optional<double> tokens_per_iteration;
    std::string_view speculation;  // an object, as it is written
  };
  // Where in a delta a value stands that is no field of ours.
  struct Place {
    int depth = 1;
    bool of_reasoning = false;
    bool of_content = false;
  };

  absl::Status Decode(std::string_view payload, StreamEvent& event);
  Error OnRootField(Key key, Value& value, StreamEvent& event);
  Error OnError(Value value, StreamEvent& event);
  Error OnChoiceError(Value value, Choice& choice);
  Error OnChoices(Value value, StreamEvent& event);
  Error OnChoice(Object object, Choice& choice);
  Error OnDelta(Value value, Choice& choice);
  Error OnDeltaField(Key key, Value& field, Choice& choice);
  Error OnContent(Value value, Choice& choice);
  Error OnOther(Value value, Place place, Choice& choice);
  Error OnLogprobs(Value value, Choice& choice);
  Error KeepObject(Value value, const char* name);
  Error ReadObjectText(Value value, const char* name, std::string_view& text);

  JsonWalker json;
  NativeEvent native;
  std::string speculation_json;  // the last event's object that may hold statistics, or empty
  std::string parts;             // texts of a `content` in parts; never grows while it is viewed
  size_t payload_bytes = 0;
  std::string_view choice_error;  // `error` of a choice, as it is written
  bool known = false;             // the event has a field that a stream's events have
  ErrorBody error_body;           // of the last error event
};

absl::Status StreamDecoder::State::Decode(std::string_view payload, StreamEvent& event) {
  speculation_json.clear();
  native = NativeEvent();
  parts.clear();
  payload_bytes = payload.size();
  choice_error = {};
  known = false;
  const absl::Status status =
      json.Walk(payload, [&](Key key, Value& value) { return OnRootField(key, value, event); });
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("stream event: %s", std::string(status.message())));
  }
  event.passed_over = json.passed_over();
  event.passed_over_first = json.passed_over_first();
  if (event.choices == 0 && native.is_native()) {
    known = true;
    native.MoveTo(event);
    if (!native.statistics.empty()) speculation_json = native.statistics;
  }
  if (event.error) {
    error_body = choice_error.empty()
                     ? ParseErrorBody(payload, /*http_status=*/200)
                     : ParseErrorBody(absl::StrFormat(R"({"error":%s})", choice_error), 200);
    event.error_message = error_body.message;
    event.error_code = error_body.code;
  } else if (!known) {
    event.remark = payload;
  }
  return absl::OkStatus();
}

Error StreamDecoder::State::OnError(Value value, StreamEvent& event) {
  bool empty = false;
  const Error error = json.ReadWhetherEmpty(value, empty);
  event.error |= !empty;
  return error;
}

// Of a choice: a text or an object that is not empty.
Error StreamDecoder::State::OnChoiceError(Value value, Choice& choice) {
  std::string_view text = TrimmedText(json.Token(value));
  if (text.front() == '{') {
    Object object;
    if (const Error error = value.get_object().get(object)) return error;
    if (const Error error = object.raw_json().get(text)) return error;
  } else if (text.front() != '"') {
    return simdjson::SUCCESS;
  }
  if (text != "{}" && text != R"("")") choice.error = text;
  return simdjson::SUCCESS;
}

Error StreamDecoder::State::OnRootField(Key key, Value& value, StreamEvent& event) {
  if (key.Is("choices\"")) return OnChoices(value, event);
  if (key.Is("usage\"")) {
    known = true;
    return ReadUsage(json, value, event);
  }
  if (key.Is("id\"")) return json.ReadText(value, "id", event.id);
  if (key.Is("metrics\"")) return KeepObject(value, "metrics");
  if (key.Is("sglext\"")) return KeepObject(value, "sglext");
  if (key.Is("timings\"")) {
    known = true;
    return ReadTimings(json, value, event);
  }
  if (key.Is("error\"")) return OnError(value, event);
  if (key.Is("object\"")) {  // {"object":"error","message":...}
    event.error |= json.Token(value).starts_with("\"error\"");
    return simdjson::SUCCESS;
  }
  return native.ReadField(json, key, value);
}

Error StreamDecoder::State::OnChoices(Value value, StreamEvent& event) {
  known = true;
  const char first = json.Token(value).front();
  if (first == 'n') return simdjson::SUCCESS;
  if (first != '[') return json.PassOver(value, "choices");
  simdjson::ondemand::array choices;
  if (const Error error = value.get_array().get(choices)) return error;
  for (auto element : choices) {
    Choice choice;
    if (element.error()) return element.error();
    std::optional<Object> object;
    if (const Error error = json.ReadObject(element.value_unsafe(), "choices[]", object)) {
      return error;
    }
    if (!object) continue;
    if (const Error error = OnChoice(*object, choice)) return error;
    if (!choice.error.empty()) {
      event.error = true;
      choice_error = choice.error;
    }
    // Some servers leave it out of single choices.
    const uint64_t index = choice.index.value_or(event.choices);
    ++event.choices;
    if (index > 0) {
      // Only the first choice is read: one was asked for.
      ++event.other_choices;
      continue;
    }
    event.text = choice.text;
    event.reasoning = choice.reasoning;
    event.reasoning_field = choice.reasoning_field;
    event.finish_reason = choice.finish_reason;
    event.tool_call = choice.tool_call;
    event.other_output = choice.other_output;
    event.other_reasoning = choice.other_reasoning;
    event.token_ids = choice.token_ids;
    if (choice.token_ids.value_or(0) > 0) event.token_ids_json = choice.token_ids_json;
    event.logprob_tokens = choice.logprob_tokens;
    event.tokens_per_iteration = choice.tokens_per_iteration;
    if (!choice.speculation.empty()) speculation_json = choice.speculation;
    // The role chunk opens a reply and holds no token, though usage may be on it.
    event.role_only = choice.has_role && choice.text.empty() && choice.reasoning.empty() &&
                      !choice.tool_call && !choice.other_output && !choice.other_reasoning;
  }
  return simdjson::SUCCESS;
}

Error StreamDecoder::State::OnChoice(Object object, Choice& choice) {
  return json.ForEachField(object, [&](Key key, Value& value) -> Error {
    // A response that is no stream has a whole `message`.
    if (key.Is("delta\"") || key.Is("message\"")) return OnDelta(value, choice);
    if (key.Is("index\"")) return json.ReadCount(value, "choices[].index", choice.index);
    if (key.Is("text\"")) return json.ReadText(value, "choices[].text", choice.text);
    if (key.Is("finish_reason\"")) {
      return json.ReadText(value, "choices[].finish_reason", choice.finish_reason);
    }
    if (key.Is("logprobs\"")) return OnLogprobs(value, choice);
    if (key.Is("error\"")) return OnChoiceError(value, choice);
    if (key.Is("token_ids\"")) {
      choice.token_ids_json = json.FlatListText(value);
      return json.ReadLength(value, "choices[].token_ids", choice.token_ids);
    }
    if (key.Is("avg_decoded_tokens_per_iter\"")) {
      return json.ReadNumber(value, "choices[].avg_decoded_tokens_per_iter",
                             choice.tokens_per_iteration);
    }
    if (key.Is("speculative_decoding\"")) {
      return ReadObjectText(value, "choices[].speculative_decoding", choice.speculation);
    }
    return simdjson::SUCCESS;
  });
}

Error StreamDecoder::State::OnDelta(Value value, Choice& choice) {
  std::optional<Object> delta;
  if (const Error error = json.ReadObject(value, "choices[].delta", delta)) return error;
  if (!delta) return simdjson::SUCCESS;
  return json.ForEachField(*delta,
                           [&](Key key, Value& field) { return OnDeltaField(key, field, choice); });
}

Error StreamDecoder::State::OnDeltaField(Key key, Value& field, Choice& choice) {
  if (key.Is("content\"")) return OnContent(field, choice);
  if (key.Is("reasoning\"") || key.Is("reasoning_content\"")) {
    if (json.Token(field).front() != '"') return OnOther(field, {.of_reasoning = true}, choice);
    std::string_view text;  // some servers send both, one of them empty
    const Error error = json.ReadText(field, "choices[].delta.reasoning", text);
    if (!text.empty()) {
      choice.reasoning = text;
      choice.reasoning_field = key.Is("reasoning\"") ? "reasoning" : "reasoning_content";
    }
    return error;
  }
  if (key.Is("role\"")) {
    choice.has_role = json.Token(field).front() == '"';
    return simdjson::SUCCESS;
  }
  if (key.Is("tool_calls\"")) {
    std::optional<uint32_t> calls;
    const Error error = json.ReadLength(field, "choices[].delta.tool_calls", calls);
    choice.tool_call |= calls.value_or(0) > 0;
    return error;
  }
  if (key.Is("function_call\"")) {
    choice.tool_call |= json.Token(field).front() == '{';
    return simdjson::SUCCESS;
  }
  if (NamesSomething(key)) return simdjson::SUCCESS;
  return OnOther(field, {.of_reasoning = NamesReasoning(key)}, choice);
}

Error StreamDecoder::State::OnContent(Value value, Choice& choice) {
  const char first = json.Token(value).front();
  if (first == '"') return json.ReadText(value, "choices[].delta.content", choice.text);
  if (first != '[') return OnOther(value, {}, choice);
  if (parts.capacity() < payload_bytes) parts.reserve(2 * payload_bytes);
  const size_t begin = parts.size();
  const Error error = OnOther(value, {.of_content = true}, choice);
  choice.text = std::string_view(parts).substr(begin);
  return error;
}

// Notes the texts within `value`, which is no field that we know.
Error StreamDecoder::State::OnOther(Value value, Place place, Choice& choice) {
  const char first = json.Token(value).front();
  if (first == '"') {
    std::string_view text;
    const Error error = json.ReadText(value, "choices[].delta", text);
    bool& seen = place.of_reasoning ? choice.other_reasoning : choice.other_output;
    seen |= !text.empty();
    return error;
  }
  if ((first != '{' && first != '[') || place.depth >= kDeltaDepthMax) return simdjson::SUCCESS;
  Place below = place;
  ++below.depth;
  if (first == '[') {
    simdjson::ondemand::array elements;
    if (const Error error = value.get_array().get(elements)) return error;
    for (auto element : elements) {
      if (element.error()) return element.error();
      if (const Error error = OnOther(element.value_unsafe(), below, choice)) return error;
    }
    return simdjson::SUCCESS;
  }
  Object object;
  if (const Error error = value.get_object().get(object)) return error;
  return json.ForEachField(object, [&](Key key, Value& field) -> Error {
    if (NamesSomething(key)) return simdjson::SUCCESS;
    if (place.of_content && key.Is("text\"") && json.Token(field).front() == '"') {
      std::string_view text;
      const Error error = json.ReadText(field, "choices[].delta.content", text);
      parts.append(text);
      return error;
    }
    Place inside = below;
    inside.of_reasoning |= NamesReasoning(key);
    return OnOther(field, inside, choice);
  });
}

// Chat has one element of `content` a token, completions one of `tokens`.
Error StreamDecoder::State::OnLogprobs(Value value, Choice& choice) {
  std::optional<Object> logprobs;
  if (const Error error = json.ReadObject(value, "choices[].logprobs", logprobs)) return error;
  if (!logprobs) return simdjson::SUCCESS;
  return json.ForEachField(*logprobs, [&](Key key, Value& field) -> Error {
    if (!key.Is("content\"") && !key.Is("tokens\"")) return simdjson::SUCCESS;
    return json.ReadLength(field, "choices[].logprobs", choice.logprob_tokens);
  });
}

// Kept for TakeSpeculation(): most responses have one such object, at their end.
Error StreamDecoder::State::KeepObject(Value value, const char* name) {
  known = true;
  std::string_view text;
  const Error error = ReadObjectText(value, name, text);
  if (!text.empty()) speculation_json = text;
  return error;
}

Error StreamDecoder::State::ReadObjectText(Value value, const char* name, std::string_view& text) {
  if (json.Token(value).front() != '{') return simdjson::SUCCESS;
  std::optional<Object> object;
  if (const Error error = json.ReadObject(value, name, object)) return error;
  return object->raw_json().get(text);
}

StreamDecoder::StreamDecoder() : state_(std::make_unique<State>()) {}
StreamDecoder::~StreamDecoder() = default;

absl::Status StreamDecoder::Decode(std::string_view payload, StreamEvent& event) {
  event = StreamEvent();
  payload = TrimmedText(payload);
  if (payload.starts_with('{')) return state_->Decode(payload, event);
  state_->speculation_json.clear();
  event.done = payload == kDoneMark || IsOtherDoneMark(payload);
  if (payload.empty() || payload == kDoneMark) return absl::OkStatus();
  event.passed_over = 1;
  event.passed_over_first =
      event.done ? "[DONE] in another form" : "an event that is not an object";
  // Kept, since it may say why the stream ends.
  if (!event.done) event.remark = payload;
  return absl::OkStatus();
}

std::optional<SpeculationStats> StreamDecoder::TakeSpeculation() {
  if (state_->speculation_json.empty()) return std::nullopt;
  return ParseSpeculation(std::exchange(state_->speculation_json, {}));
}

void AppendTokenIds(std::string_view token_ids_json, std::vector<uint32_t>& ids) {
  const char* at = token_ids_json.data();
  const char* const end = at + token_ids_json.size();
  for (;;) {
    while (at != end && (*at == '[' || *at == ',' || *at == ' ')) ++at;
    uint32_t id = 0;
    const auto read = std::from_chars(at, end, id);
    if (read.ec != std::errc()) return;
    ids.push_back(id);
    at = read.ptr;
  }
}

}  // namespace specctl
