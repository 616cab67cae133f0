#include "common/engine/native_event.h"

namespace specctl {

JsonWalker::Error NativeEvent::ReadField(JsonWalker& json, Key key, Value& value) {
  if (key.Is("text\"")) return json.ReadText(value, "text", text);
  if (key.Is("output_ids\"")) {
    output_ids_json = json.FlatListText(value);
    return json.ReadLength(value, "output_ids", output_ids);
  }
  if (key.Is("meta_info\"")) return ReadMetaInfo(json, value);
  if (key.Is("index\"")) return json.ReadCount(value, "index", index);
  if (key.Is("content\"")) {
    has_content = json.Token(value).front() == '"';
    return json.ReadText(value, "content", content);
  }
  if (key.Is("stop\"")) {
    const char first = json.Token(value).front();
    has_stop = first == 't' || first == 'f';
    stopped = first == 't';
    return simdjson::SUCCESS;
  }
  if (key.Is("stop_type\"")) return json.ReadText(value, "stop_type", stop_type);
  if (key.Is("tokens_predicted\"")) {
    return json.ReadCount(value, "tokens_predicted", completion_tokens);
  }
  if (key.Is("tokens_evaluated\"")) {
    return json.ReadCount(value, "tokens_evaluated", prompt_tokens);
  }
  return simdjson::SUCCESS;
}

JsonWalker::Error NativeEvent::ReadMetaInfo(JsonWalker& json, Value value) {
  std::optional<JsonWalker::Object> meta_info;
  if (const Error error = json.ReadObject(value, "meta_info", meta_info)) return error;
  if (!meta_info) return simdjson::SUCCESS;
  has_meta_info = true;
  bool has_statistics = false;
  const Error error = json.ForEachField(*meta_info, [&](Key key, Value& field) -> Error {
    if (key.Is("id\"")) return json.ReadText(field, "meta_info.id", id);
    if (key.Is("finish_reason\"")) return ReadFinishReason(json, field);
    if (key.Is("completion_tokens\"")) {
      return json.ReadCount(field, "meta_info.completion_tokens", completion_tokens);
    }
    if (key.Is("prompt_tokens\"")) {
      return json.ReadCount(field, "meta_info.prompt_tokens", prompt_tokens);
    }
    if (key.Is("cached_tokens\"")) {
      return json.ReadCount(field, "meta_info.cached_tokens", cached_tokens);
    }
    if (key.Is("reasoning_tokens\"")) {
      return json.ReadCount(field, "meta_info.reasoning_tokens", reasoning_tokens);
    }
    if (key.Is("spec_verify_ct\"")) has_statistics = true;
    return simdjson::SUCCESS;
  });
  // Once a response: its text is kept, to be read by ParseSpeculation().
  if (error || !has_statistics) return error;
  if (const Error rewound = meta_info->reset().error()) return rewound;
  return meta_info->raw_json().get(statistics);
}

// An object with a `type`; a text in old versions.
JsonWalker::Error NativeEvent::ReadFinishReason(JsonWalker& json, Value value) {
  if (json.Token(value).front() == '"') {
    return json.ReadText(value, "meta_info.finish_reason", finish_reason);
  }
  std::optional<JsonWalker::Object> reason;
  if (const Error error = json.ReadObject(value, "meta_info.finish_reason", reason)) return error;
  if (!reason) return simdjson::SUCCESS;
  return json.ForEachField(*reason, [&](Key key, Value& field) -> Error {
    if (!key.Is("type\"")) return simdjson::SUCCESS;
    return json.ReadText(field, "meta_info.finish_reason.type", finish_reason);
  });
}

void NativeEvent::MoveTo(StreamEvent& event) const {
  ++event.choices;
  if (index.value_or(0) > 0) {
    ++event.other_choices;
    return;
  }
  if (has_meta_info) {
    event.text = text;
    event.text_so_far = !output_ids || *output_ids >= completion_tokens.value_or(0);
    if (output_ids.value_or(0) > 0) event.token_ids_json = output_ids_json;
    event.id = id;
    event.finish_reason = finish_reason;
  } else {
    event.text = content;
    if (stopped) event.finish_reason = stop_type.empty() ? "stop" : stop_type;
  }
  event.completion_tokens = completion_tokens;
  event.prompt_tokens = prompt_tokens;
  event.cached_tokens = cached_tokens;
  event.reasoning_tokens = reasoning_tokens;
}

}  // namespace specctl
