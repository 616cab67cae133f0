#include "tools/sim/sglang_reply.h"

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/http_reply.h"
#include "tools/sim/sglang_spec.h"
#include "tools/sim/token_model.h"

namespace specctl::sim {
namespace {

std::string FinishReason(const ReplyState& state) {
  return state.finished() ? absl::StrFormat("\"%s\"", FinishText(state.step.finish)) : "null";
}

// What made it stop: the end-of-sequence token.
std::string MatchedStop(const ReplyState& state) {
  return state.step.finish == Finish::kStop ? absl::StrFormat("%d", kEosTokenId) : "null";
}

std::string ChatChoice(std::string_view delta, std::string_view finish_and_stop) {
  return absl::StrFormat(
      R"({"index":0,"delta":{"reasoning_content":null%s},"logprobs":null,"finish_reason":%s}])",
      delta, finish_and_stop);
}

std::string JoinedIds(std::span<const uint32_t> ids) { return absl::StrJoin(ids, ","); }

std::string WeightVersion(uint64_t tokens) {
  return absl::StrFormat(
      R"({"weight_version":"default","weight_versions":[{"version":"default","start":0,"end":%d}]})",
      tokens);
}

}  // namespace

SglangReply::SglangReply(const InferenceRequest& request, const ReplyIdentity& identity,
                         SglangNames names, uint32_t draft_length)
    : request_(request),
      identity_(identity),
      names_(names),
      draft_length_(draft_length),
      prefix_(R"(data: {"id":)") {
  AppendJsonString(identity.response_id, prefix_);
  absl::StrAppendFormat(&prefix_, R"(,"object":"%s","created":%d,"model":)",
                        request.route == Route::kChat ? "chat.completion.chunk" : "text_completion",
                        identity.created_unix_s);
  AppendJsonString(identity.model, prefix_);
  prefix_ += R"(,"choices":[)";
}

bool SglangReply::WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) {
  const bool sent =
      request_.route == Route::kChat ? ChatEvents(state, pieces) : CompletionEvents(state, pieces);
  if (state.finished()) EndEvents(state, pieces);
  return sent;
}

bool SglangReply::ChatEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) {
  constexpr std::string_view kGoesOn = R"(null,"matched_stop":null)";
  if (!std::exchange(begun_, true)) {
    Event(ChatChoice(R"(,"role":"assistant","content":"")", kGoesOn), pieces.emplace_back().bytes);
  }
  const std::string_view text = state.unsent_text();
  if (!text.empty()) {
    ReplyPiece& content = pieces.emplace_back();
    content.tokens = static_cast<uint32_t>(state.unsent_ids().size());
    std::string event = ChatChoice(absl::StrFormat(R"(,"content":"%s")", text), kGoesOn);
    if (request_.continuous_usage) event += ",\"usage\":" + Usage(state.tokens());
    Event(event, content.bytes);
  }
  if (state.finished()) {
    // Always an event of its own, without tokens.
    const std::string why =
        absl::StrFormat(R"(%s,"matched_stop":%s)", FinishReason(state), MatchedStop(state));
    Event(ChatChoice("", why), pieces.emplace_back().bytes);
  }
  return !text.empty();
}

bool SglangReply::CompletionEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) {
  // The last one is sent in any case: it tells why the reply ended.
  if (state.unsent_text().empty() && !state.finished()) return false;
  ReplyPiece& content = pieces.emplace_back();
  content.tokens = static_cast<uint32_t>(state.unsent_ids().size());
  std::string event = absl::StrFormat(
      R"({"index":0,"text":"%s","logprobs":null,"finish_reason":%s,"matched_stop":%s)",
      state.unsent_text(), FinishReason(state), MatchedStop(state));
  if (request_.return_token_ids) {
    absl::StrAppendFormat(&event, R"(,"token_ids":[%s])", JoinedIds(state.unsent_ids()));
    if (!begun_) {
      absl::StrAppendFormat(
          &event, R"(,"prompt_token_ids":[%s])",
          JoinedIds(PromptTokenIds(request_.prompt_hash, request_.prompt_tokens)));
    }
  }
  begun_ = true;
  event += "}],\"usage\":";
  event += request_.continuous_usage ? Usage(state.tokens()) : "null";
  Event(event, content.bytes);
  return true;
}

void SglangReply::EndEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) const {
  if (const std::string details = SpecDetails(state); !details.empty()) {
    Event(R"(],"usage":null,"sglext":)" + details, pieces.emplace_back().bytes);
  }
  if (request_.include_usage) {
    // Completions leave out what is null.
    const std::string usage =
        request_.route == Route::kChat
            ? Usage(state.tokens())
            : absl::StrFormat(
                  R"({"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d,"reasoning_tokens":0})",
                  request_.prompt_tokens, request_.prompt_tokens + state.tokens(), state.tokens());
    Event(R"(],"usage":)" + usage, pieces.emplace_back().bytes);
  }
  std::string& end = pieces.emplace_back().bytes;
  AppendHttpChunk("data: [DONE]\n\n", end);
  AppendHttpChunk("", end);
}

void SglangReply::Event(std::string_view choices_and_more, std::string& out) const {
  std::string event = prefix_;
  event += choices_and_more;
  event += "}\n\n";
  AppendHttpChunk(event, out);
}

std::string SglangReply::Usage(uint64_t completion_tokens) const {
  return absl::StrFormat(
      R"({"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d,"prompt_tokens_details":null,)"
      R"("reasoning_tokens":0,"completion_tokens_details":null})",
      request_.prompt_tokens, request_.prompt_tokens + completion_tokens, completion_tokens);
}

std::string SglangReply::SpecDetails(const ReplyState& state) const {
  const SglangSpecCounts counts = SpecCountsOf(state, draft_length_);
  if (!request_.return_spec_details || counts.verify_calls == 0) return "";
  JsonWriter json;
  json.BeginObject();
  json.Key("spec_tokens_details");
  json.BeginObject();
  WriteSpecMembers(counts, names_, true, json);
  json.EndObject();
  json.EndObject();
  return std::move(json).Take();
}

std::string SglangReply::WholeBody(const ReplyState& state) const {
  const bool chat = request_.route == Route::kChat;
  JsonWriter json;
  BeginWholeReply(chat, identity_, state.text, json);
  if (chat) {
    WriteNulls({"reasoning_content"}, json);
    json.EndObject();
  }
  WriteNulls({"logprobs"}, json);
  json.Field("finish_reason", FinishText(state.step.finish));
  json.Key("matched_stop");
  json.RawValue(MatchedStop(state));
  if (request_.return_token_ids) {
    json.ArrayField("prompt_token_ids",
                    PromptTokenIds(request_.prompt_hash, request_.prompt_tokens));
    json.ArrayField(chat ? "response_token_ids" : "token_ids", state.ids);
  }
  json.EndObject();
  json.EndArray();
  json.Key("usage");
  json.RawValue(Usage(state.tokens()));
  json.Key("metadata");
  json.RawValue(WeightVersion(state.tokens()));
  if (const std::string details = SpecDetails(state); !details.empty()) {
    json.Key("sglext");
    json.RawValue(details);
  }
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace specctl::sim
