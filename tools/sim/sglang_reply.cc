#include "tools/sim/sglang_reply.h"

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/http_reply.h"
#include "tools/sim/logprobs_json.h"
#include "tools/sim/sglang_spec.h"
#include "tools/sim/token_model.h"
#include "tools/sim/tool_call_json.h"

namespace specctl::sim {
namespace {

std::string FinishReason(const ReplyState& state) {
  return state.finished() ? absl::StrFormat("\"%s\"", FinishText(state.step.finish)) : "null";
}

constexpr std::string_view kGoesOn = R"(null,"matched_stop":null)";

std::string ChatChoice(std::string_view delta, std::string_view finish_and_stop,
                       std::string_view logprobs = "null") {
  return absl::StrFormat(R"({"index":0,"delta":{%s},"logprobs":%s,"finish_reason":%s}])", delta,
                         logprobs, finish_and_stop);
}

std::string JoinedIds(std::span<const uint32_t> ids) { return absl::StrJoin(ids, ","); }

std::string WeightVersion(uint64_t tokens) {
  return absl::StrFormat(
      R"({"weight_version":"default","weight_versions":[{"version":"default","start":0,"end":%d}]})",
      tokens);
}

}  // namespace

SglangReply::SglangReply(const InferenceRequest& request, const ReplyIdentity& identity,
                         const FlavourOptions& options, uint32_t draft_length)
    : request_(request),
      identity_(identity),
      names_(options.sglang_names),
      cache_report_(options.cache_report),
      draft_length_(draft_length),
      prefix_(R"(data: {"id":)") {
  AppendJsonString(identity.response_id, prefix_);
  absl::StrAppendFormat(&prefix_, R"(,"object":"%s","created":%d,"model":)",
                        request.route == Route::kChat ? "chat.completion.chunk" : "text_completion",
                        identity.created_unix_s);
  AppendJsonString(identity.model, prefix_);
  prefix_ += R"(,"choices":[)";
}

void SglangReply::WriteRole(std::string& out) {
  if (std::exchange(begun_, true)) return;
  Event(ChatChoice(R"("reasoning_content":null,"role":"assistant","content":"")", kGoesOn), out);
}

void SglangReply::WriteEmpty(const ReplyState& state, std::string& out) {
  const std::string usage = request_.continuous_usage ? Usage(state.ids_sent) : "";
  if (request_.route != Route::kChat) {
    return Event(
        R"({"index":0,"text":"","logprobs":null,"finish_reason":null,"matched_stop":null}])"
        R"(,"usage":)" +
            (usage.empty() ? "null" : usage),
        out);
  }
  WriteRole(out);
  std::string event = ChatChoice(R"("reasoning_content":null,"content":"")", kGoesOn);
  if (!usage.empty()) event += ",\"usage\":" + usage;
  Event(event, out);
}

bool SglangReply::WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) {
  const bool sent =
      request_.route == Route::kChat ? ChatEvents(state, pieces) : CompletionEvents(state, pieces);
  if (state.finished()) EndEvents(state, pieces);
  return sent;
}

bool SglangReply::ChatEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) {
  if (!begun_) WriteRole(pieces.emplace_back().bytes);
  const std::vector<std::string> deltas = UnsentDeltas(state);
  for (const std::string& delta : deltas) {
    ReplyPiece& content = pieces.emplace_back();
    // The first of them is it that has the tokens: usage and logprobs are of the whole step.
    const bool first = &delta == &deltas.front();
    if (first) content.tokens = static_cast<uint32_t>(state.unsent_ids().size());
    std::string event =
        ChatChoice(delta, kGoesOn, first && request_.logprobs ? Logprobs(state) : "null");
    if (request_.continuous_usage) event += ",\"usage\":" + Usage(state.tokens());
    Event(event, content.bytes);
  }
  if (state.finished()) {
    // Always an event of its own, without tokens.
    const std::string why =
        absl::StrFormat(R"(%s,"matched_stop":%s)", FinishReason(state), MatchedStop(state));
    Event(ChatChoice(R"("reasoning_content":null)", why), pieces.emplace_back().bytes);
  }
  return !deltas.empty();
}

// Reasoning, answer and tool call of a step have an event each.
std::vector<std::string> SglangReply::UnsentDeltas(const ReplyState& state) const {
  std::vector<std::string> deltas;
  if (const auto text = state.reasoning.unsent(); !text.empty()) {
    deltas.push_back(absl::StrFormat(R"("reasoning_content":"%s")", text));
  }
  if (const auto text = state.text.unsent(); !text.empty()) {
    deltas.push_back(absl::StrFormat(R"("reasoning_content":null,"content":"%s")", text));
  }
  if (const auto calls = UnsentToolCalls(state, EngineKind::kSglang); !calls.empty()) {
    deltas.push_back(absl::StrFormat(
        R"("role":null,"content":null,"reasoning_content":null,"tool_calls":%s)", calls));
  }
  return deltas;
}

std::string SglangReply::Logprobs(const ReplyState& state) const {
  const EventTokens tokens{.ids = state.unsent_ids(), .texts = state.unsent_token_texts()};
  return request_.route == Route::kChat ? LogprobsOfChat(tokens, EngineKind::kSglang)
                                        : LogprobsOfCompletion(tokens, state.text.sent);
}

// What made it stop: the end-of-sequence token, or a text.
std::string SglangReply::MatchedStop(const ReplyState& state) const {
  if (EndsSequence(state.step.finish)) return absl::StrFormat("%d", kEosTokenId);
  if (state.step.finish != Finish::kStopString) return "null";
  std::string text;
  AppendJsonString(request_.stop, text);
  return text;
}

bool SglangReply::CompletionEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) {
  // The last one is sent in any case: it tells why the reply ended.
  if (state.text.unsent().empty() && !state.finished()) return false;
  ReplyPiece& content = pieces.emplace_back();
  content.tokens = static_cast<uint32_t>(state.unsent_ids().size());
  std::string event = absl::StrFormat(
      R"({"index":0,"text":"%s","logprobs":%s,"finish_reason":%s,"matched_stop":%s)",
      state.text.unsent(), request_.logprobs ? Logprobs(state) : "null", FinishReason(state),
      MatchedStop(state));
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
  if (request_.framed_ids) {
    std::string& bytes = pieces.emplace_back().bytes;
    AppendHttpChunk("event: sglext_ids\n" + prefix_ +
                        absl::StrFormat("],\"usage\":null,\"sglext\":{\"output_ids\":[[%s]]}}\n\n",
                                        JoinedIds(state.ids)),
                    bytes);
  }
  if (request_.include_usage) {
    Event(R"(],"usage":)" + FinalUsage(state), pieces.emplace_back().bytes);
  }
  std::string& end = pieces.emplace_back().bytes;
  AppendHttpChunk("data: [DONE]\n\n", end);
  AppendHttpChunk("", end);
}

void SglangReply::Event(std::string_view choices_and_more, std::string& out) const {
  std::string event = prefix_;
  event += choices_and_more;
  event += "}\n\n";
  AppendHttpChunk(request_.without_nulls ? WithoutNulls(event) : event, out);
}

std::string SglangReply::Usage(uint64_t completion_tokens) const {
  return absl::StrFormat(
      R"({"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d,"prompt_tokens_details":null,)"
      R"("reasoning_tokens":0,"completion_tokens_details":null})",
      request_.prompt_tokens, request_.prompt_tokens + completion_tokens, completion_tokens);
}

std::string SglangReply::FinalUsage(const ReplyState& state) const {
  const uint64_t tokens = state.tokens();
  const std::string cached =
      cache_report_ ? absl::StrFormat(R"({"cached_tokens":%d})", state.cached_tokens) : "null";
  std::string usage =
      absl::StrFormat(R"({"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d,)",
                      request_.prompt_tokens, request_.prompt_tokens + tokens, tokens);
  const bool chat = request_.route == Route::kChat;
  // Streamed completions leave out what is null.
  if (chat || !request_.stream || cache_report_)
    usage += R"("prompt_tokens_details":)" + cached + ",";
  absl::StrAppendFormat(&usage, R"("reasoning_tokens":%d)", state.reasoning_tokens);
  if (chat || !request_.stream) usage += R"(,"completion_tokens_details":null)";
  return usage + "}";
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
  BeginWholeReply(chat, identity_, state.text.all, json);
  if (chat) {
    WriteNulls({"reasoning_content"}, json);
    json.EndObject();
  }
  json.Key("logprobs");
  request_.logprobs ? json.RawValue(Logprobs(state)) : json.Null();
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
  json.RawValue(FinalUsage(state));
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
