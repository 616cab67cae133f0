#include "common/engine/reply_history.h"

#include <algorithm>
#include <utility>

#include "common/base/json_writer.h"

namespace specctl {
namespace {

constexpr std::string_view kChannel = "<|channel|>";
constexpr std::string_view kFinal = "<|channel|>final<|message|>";
constexpr std::string_view kEnds[] = {"<|end|>", "<|return|>", kChannel};

// Such a field is no plain text message's.
std::string WithReasoning(std::string_view answer, const KeptReply& reply) {
  JsonWriter json;
  json.BeginObject();
  json.Field("role", "assistant");
  json.Field("content", answer);
  json.Field(reply.reasoning_field, reply.reasoning);
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace

std::string_view FinalChannel(std::string_view text) {
  if (text.find(kChannel) == std::string_view::npos) return text;
  if (const size_t begin = text.rfind(kFinal); begin != std::string_view::npos) {
    text.remove_prefix(begin + kFinal.size());
  }
  size_t end = text.size();
  for (const std::string_view mark : kEnds) end = std::min(end, text.find(mark));
  return text.substr(0, end);
}

Message ReplyMessage(const KeptReply& reply, ReplyHistory history) {
  Message message{.role = "assistant", .content = ""};
  if (history == ReplyHistory::kTokenIds) {
    message.token_ids = reply.ids;
    return message;
  }
  // Who keeps the reasoning keeps the channels that it is in.
  const bool whole = history == ReplyHistory::kAnswerAndReasoning;
  const std::string_view answer = whole ? reply.text : FinalChannel(reply.text);
  if (whole && !reply.reasoning.empty()) {
    message.raw_json = WithReasoning(answer, reply);
  } else {
    message.content = answer;
  }
  return message;
}

}  // namespace specctl
