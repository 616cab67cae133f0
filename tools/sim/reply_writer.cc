#include "tools/sim/reply_writer.h"

#include <algorithm>

#include "tools/sim/token_model.h"

namespace specctl::sim {

bool ReplyState::only_marks_unsent() const {
  return ids_sent < parts.size() &&
         std::all_of(parts.begin() + static_cast<std::ptrdiff_t>(ids_sent), parts.end(),
                     [](TokenPart part) { return part == TokenPart::kMark; });
}

void BeginWholeReply(bool chat, const ReplyIdentity& identity, std::string_view text,
                     JsonWriter& json) {
  json.BeginObject();
  json.Field("id", identity.response_id);
  json.Field("object", chat ? "chat.completion" : "text_completion");
  json.Field("created", identity.created_unix_s);
  json.Field("model", identity.model);
  json.Key("choices");
  json.BeginArray();
  json.BeginObject();
  json.Field("index", 0);
  if (!chat) return json.Field("text", text);
  json.Key("message");
  json.BeginObject();
  json.Field("role", "assistant");
  json.Field("content", text);
}

void WriteNulls(std::initializer_list<std::string_view> keys, JsonWriter& json) {
  for (const std::string_view key : keys) {
    json.Key(key);
    json.Null();
  }
}

std::string WithoutNulls(std::string_view json) {
  constexpr std::string_view kNull = "\":null";
  std::string out(json);
  for (size_t at = out.find(kNull); at != std::string::npos; at = out.find(kNull, at)) {
    size_t begin = out.rfind('"', at - 1);
    size_t end = at + kNull.size();
    // With one of the commas around it.
    if (out[begin - 1] == ',') {
      --begin;
    } else if (out[end] == ',') {
      ++end;
    }
    out.erase(begin, end - begin);
    at = begin;
  }
  return out;
}

std::vector<uint32_t> PromptTokenIds(uint64_t prompt_hash, uint32_t prompt_tokens) {
  const Draws of_prompt{prompt_hash};
  std::vector<uint32_t> ids(prompt_tokens);
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = TokenId(of_prompt, i);
  return ids;
}

}  // namespace specctl::sim
