#include "tools/sim/reply_writer.h"

#include "tools/sim/token_model.h"

namespace specctl::sim {

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

std::vector<uint32_t> PromptTokenIds(uint64_t prompt_hash, uint32_t prompt_tokens) {
  const Draws of_prompt{prompt_hash};
  std::vector<uint32_t> ids(prompt_tokens);
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = TokenId(of_prompt, i);
  return ids;
}

}  // namespace specctl::sim
