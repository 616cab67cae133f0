#include "tools/sim/trtllm_reply.h"

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/http_reply.h"
#include "tools/sim/python_float.h"

namespace specctl::sim {
namespace {

// Tokens so far by iterations so far, the prompt's among both; the engine holds it as a float of 32
// bits.
std::string TokensPerIteration(const ReplyState& state) {
  const auto iterations = static_cast<float>(state.step.step + 1);
  return PythonFloat(static_cast<double>(static_cast<float>(state.tokens()) / iterations));
}

std::string QuotedFinish(const ReplyState& state) {
  return absl::StrFormat("\"%s\"", FinishText(state.step.finish));
}

}  // namespace

TrtllmReply::TrtllmReply(const InferenceRequest& request, const ReplyIdentity& identity)
    : request_(request), identity_(identity), prefix_(R"(data: {"id":)") {
  AppendJsonString(identity.response_id, prefix_);
  absl::StrAppendFormat(&prefix_, R"(,"object":"%s","created":%d,"model":)",
                        request.route == Route::kChat ? "chat.completion.chunk" : "text_completion",
                        identity.created_unix_s);
  AppendJsonString(identity.model, prefix_);
  prefix_ += R"(,"choices":[)";
}

bool TrtllmReply::WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) {
  const bool chat = request_.route == Route::kChat;
  if (!std::exchange(begun_, true) && chat) {
    std::string role = R"({"index":0,"delta":{"role":"assistant"}}])";
    if (request_.continuous_usage) role += ",\"usage\":" + Usage(0);
    // The server puts a blank here, and nowhere else.
    Event(role, "} \n\n", pieces.emplace_back().bytes);
  }
  ReplyPiece& content = pieces.emplace_back();
  content.tokens = static_cast<uint32_t>(state.unsent_ids().size());
  std::string event = (chat ? ChatChoice(state) : CompletionChoice(state)) + "]";
  if (request_.continuous_usage) {
    event += ",\"usage\":" + Usage(state.tokens());
  } else if (!chat) {
    // Completions print what is null, chat leaves it out.
    event += ",\"usage\":null";
  }
  Event(event, "}\n\n", content.bytes);
  if (!state.finished()) return true;
  if (request_.include_usage) {
    Event("],\"usage\":" + Usage(state.tokens()), "}\n\n", pieces.emplace_back().bytes);
  }
  std::string& end = pieces.emplace_back().bytes;
  AppendHttpChunk("data: [DONE]\n\n", end);
  AppendHttpChunk("", end);
  return true;
}

std::string TrtllmReply::ChatChoice(const ReplyState& state) const {
  const std::string finish =
      state.finished() ? absl::StrFormat(R"("finish_reason":%s,)", QuotedFinish(state)) : "";
  return absl::StrFormat(
      R"({"index":0,"delta":{"content":"%s","reasoning_content":""},%s"avg_decoded_tokens_per_iter":%s})",
      state.unsent_text(), finish, TokensPerIteration(state));
}

std::string TrtllmReply::CompletionChoice(const ReplyState& state) const {
  const std::string ids = request_.detokenize
                              ? "null"
                              : absl::StrFormat("[%s]", absl::StrJoin(state.unsent_ids(), ","));
  return absl::StrFormat(
      R"({"index":0,"text":"%s","token_ids":%s,"logprobs":null,"finish_reason":%s,"stop_reason":null,)"
      R"("avg_decoded_tokens_per_iter":%s})",
      request_.detokenize ? state.unsent_text() : std::string_view(), ids,
      state.finished() ? QuotedFinish(state) : "null", TokensPerIteration(state));
}

void TrtllmReply::Event(std::string_view choices_and_more, std::string_view end,
                        std::string& out) const {
  std::string event = prefix_;
  event += choices_and_more;
  event += end;
  AppendHttpChunk(event, out);
}

std::string TrtllmReply::Usage(uint64_t completion_tokens) const {
  return absl::StrFormat(R"({"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d,)"
                         R"("prompt_tokens_details":{"cached_tokens":0}})",
                         request_.prompt_tokens, request_.prompt_tokens + completion_tokens,
                         completion_tokens);
}

std::string TrtllmReply::WholeBody(const ReplyState& state) const {
  const bool chat = request_.route == Route::kChat;
  JsonWriter json;
  const bool has_text = chat || request_.detokenize;
  BeginWholeReply(chat, identity_, has_text ? std::string_view(state.text) : "", json);
  if (chat) {
    json.Field("reasoning_content", "");
    WriteNulls({"reasoning"}, json);
    json.ArrayField("tool_calls", std::vector<uint32_t>());
    json.EndObject();
  } else if (request_.detokenize) {
    WriteNulls({"token_ids"}, json);
  } else {
    json.ArrayField("token_ids", state.ids);
  }
  WriteNulls({"logprobs"}, json);
  if (!chat) WriteNulls({"context_logits"}, json);
  json.Field("finish_reason", FinishText(state.step.finish));
  WriteNulls({"stop_reason"}, json);
  if (chat) WriteNulls({"mm_embedding_handle"}, json);
  WriteNulls({"disaggregated_params"}, json);
  json.Key("avg_decoded_tokens_per_iter");
  json.RawValue(TokensPerIteration(state));
  json.EndObject();
  json.EndArray();
  json.Key("usage");
  json.RawValue(Usage(state.tokens()));
  WriteNulls({"prompt_token_ids"}, json);
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace specctl::sim
