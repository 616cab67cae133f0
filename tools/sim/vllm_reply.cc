#include "tools/sim/vllm_reply.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/logprobs_json.h"
#include "tools/sim/prefix_cache.h"
#include "tools/sim/tool_call_json.h"

namespace specctl::sim {
namespace {

void WriteIds(const std::vector<uint32_t>& ids, JsonWriter& json) {
  json.BeginArray();
  for (const uint32_t id : ids) json.Value(id);
  json.EndArray();
}

std::optional<uint64_t> ReasoningTokens(const ReplyState& state) {
  return state.tells_reasoning ? std::optional(state.reasoning_tokens) : std::nullopt;
}

}  // namespace

VllmReply::VllmReply(const InferenceRequest& request, const ReplyIdentity& identity,
                     const VllmReplyOptions& options)
    : request_(request), identity_(identity), options_(options), events_(request, identity) {}

// Once in a reply: on its first event.
std::vector<uint32_t> VllmReply::TakePromptIds() {
  if (std::exchange(begun_, true) || !request_.return_token_ids) return {};
  return PromptTokenIds(request_.prompt_hash, request_.prompt_tokens);
}

void VllmReply::WriteRole(const ReplyState& state, std::string& out) {
  if (!begun_ && request_.route == Route::kChat) {
    events_.Role(TakePromptIds(), state.tells_reasoning, out);
  }
}

void VllmReply::WriteEmpty(const ReplyState& state, std::string& out) {
  WriteRole(state, out);
  events_.Content({.completion_tokens = state.ids_sent, .reasoning_tokens = ReasoningTokens(state)},
                  TakePromptIds(), out);
}

bool VllmReply::WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) {
  const bool shows_tokens = request_.return_token_ids || request_.logprobs || state.finished();
  if (state.only_marks_unsent() && !shows_tokens) return false;
  if (!begun_ && request_.route == Route::kChat) WriteRole(state, pieces.emplace_back().bytes);
  const bool apart = state.finished() && state.finish_apart;
  ReplyPiece& content = pieces.emplace_back();
  content.tokens = static_cast<uint32_t>(state.unsent_ids().size());
  WriteContent(state, apart ? Finish::kNo : state.step.finish, content.bytes);
  if (!state.finished()) return true;
  if (apart) {
    events_.Content({.completion_tokens = state.tokens(),
                     .reasoning_tokens = ReasoningTokens(state),
                     .finish = state.step.finish},
                    {}, pieces.emplace_back().bytes);
  }
  if (request_.include_usage) {
    const std::string details = PromptDetails(state), metrics = Metrics(state);
    events_.Usage({.completion_tokens = state.tokens(),
                   .reasoning_tokens = ReasoningTokens(state),
                   .prompt_details_json = details,
                   .metrics_json = metrics},
                  pieces.emplace_back().bytes);
  }
  VllmEvents::End(pieces.emplace_back().bytes);
  return true;
}

void VllmReply::WriteContent(const ReplyState& state, Finish finish, std::string& out) {
  const std::string calls = UnsentToolCalls(state, EngineKind::kVllm);
  const std::string logprobs = Logprobs(state);
  events_.Content({.text = state.text.unsent(),
                   .reasoning = state.reasoning.unsent(),
                   .tool_calls_json = calls,
                   .logprobs_json = logprobs,
                   .token_ids = state.unsent_ids(),
                   .completion_tokens = state.tokens(),
                   .reasoning_tokens = ReasoningTokens(state),
                   .finish = finish},
                  TakePromptIds(), out);
}

std::string VllmReply::Logprobs(const ReplyState& state) const {
  if (!request_.logprobs) return "";
  const EventTokens tokens{.ids = state.unsent_ids(), .texts = state.unsent_token_texts()};
  return request_.route == Route::kChat ? LogprobsOfChat(tokens, EngineKind::kVllm)
                                        : LogprobsOfCompletion(tokens, state.text.sent);
}

std::string VllmReply::PromptDetails(const ReplyState& state) const {
  if (!options_.prompt_tokens_details) return "";
  if (request_.route != Route::kChat) {
    return absl::StrFormat(R"({"cached_tokens":%d})", state.cached_tokens);
  }
  const uint64_t whole_blocks = request_.prompt_blocks.size() * uint64_t{kBlockTokens};
  return absl::StrFormat(R"({"cached_tokens":%d,"created_cache_tokens":%d})", state.cached_tokens,
                         whole_blocks - std::min<uint64_t>(whole_blocks, state.cached_tokens));
}

std::string VllmReply::Metrics(const ReplyState& state) const {
  // As vLLM: a stop string, which its engine does not find, leaves none.
  if (state.step.finish == Finish::kStopString) return "";
  return SpecMetricsJson(state.drafted_steps, options_.draft_length, options_.spec_metrics);
}

std::string VllmReply::WholeBody(const ReplyState& state) const {
  const bool chat = request_.route == Route::kChat;
  JsonWriter json;
  BeginWholeReply(chat, identity_, state.text.all, json);
  if (chat) {
    WriteNulls({"refusal", "annotations", "audio", "function_call", "reasoning"}, json);
    json.EndObject();
  }
  // Fields and their order are vLLM's.
  json.Key("logprobs");
  const std::string logprobs = Logprobs(state);
  logprobs.empty() ? json.Null() : json.RawValue(logprobs);
  json.Field("finish_reason", FinishText(state.step.finish));
  if (state.step.finish == Finish::kStopString) {
    json.Field("stop_reason", request_.stop);
  } else {
    WriteNulls({"stop_reason"}, json);
  }
  json.Key("token_ids");
  request_.return_token_ids ? WriteIds(state.ids, json) : json.Null();
  if (!chat) WriteNulls({"prompt_logprobs", "prompt_token_ids"}, json);
  WriteNulls({"routed_experts"}, json);
  json.EndObject();
  json.EndArray();
  WriteNulls({"service_tier"}, json);
  json.Field("system_fingerprint", kSystemFingerprint);
  json.Key("usage");
  json.BeginObject();
  json.Field("prompt_tokens", request_.prompt_tokens);
  json.Field("total_tokens", request_.prompt_tokens + state.tokens());
  json.Field("completion_tokens", state.tokens());
  json.Key("prompt_tokens_details");
  const std::string details = PromptDetails(state);
  details.empty() ? json.Null() : json.RawValue(details);
  WriteNulls({"completion_tokens_details"}, json);
  json.EndObject();
  if (chat) {
    WriteNulls({"prompt_logprobs"}, json);
    json.Key("prompt_token_ids");
    request_.return_token_ids
        ? WriteIds(PromptTokenIds(request_.prompt_hash, request_.prompt_tokens), json)
        : json.Null();
    WriteNulls({"prompt_text"}, json);
  }
  WriteNulls({"kv_transfer_params", "ec_transfer_params"}, json);
  const std::string metrics = Metrics(state);
  json.Key("metrics");
  metrics.empty() ? json.Null() : json.RawValue(metrics);
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace specctl::sim
