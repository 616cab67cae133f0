#include "tools/sim/vllm_reply.h"

#include <utility>

#include "common/base/json_writer.h"

namespace specctl::sim {
namespace {

void WriteIds(const std::vector<uint32_t>& ids, JsonWriter& json) {
  json.BeginArray();
  for (const uint32_t id : ids) json.Value(id);
  json.EndArray();
}

}  // namespace

VllmReply::VllmReply(const InferenceRequest& request, const ReplyIdentity& identity,
                     SpecMetricsDetail spec_metrics, uint32_t draft_length)
    : request_(request),
      identity_(identity),
      spec_metrics_(spec_metrics),
      draft_length_(draft_length),
      events_(request, identity) {}

bool VllmReply::WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) {
  const bool first = state.step.step == 0;
  const bool chat = request_.route == Route::kChat;
  // Once in a reply: on its first event.
  const std::vector<uint32_t> prompt_ids =
      first && request_.return_token_ids
          ? PromptTokenIds(request_.prompt_hash, request_.prompt_tokens)
          : std::vector<uint32_t>();
  if (first && chat) events_.Role(prompt_ids, pieces.emplace_back().bytes);
  ReplyPiece& content = pieces.emplace_back();
  content.tokens = static_cast<uint32_t>(state.unsent_ids().size());
  const ContentEvent event{.text = state.unsent_text(),
                           .token_ids = state.unsent_ids(),
                           .completion_tokens = state.tokens(),
                           .finish = state.step.finish};
  events_.Content(event, chat ? std::vector<uint32_t>() : prompt_ids, content.bytes);
  if (!state.finished()) return true;
  if (request_.include_usage) {
    events_.Usage(state.tokens(), Metrics(state), pieces.emplace_back().bytes);
  }
  VllmEvents::End(pieces.emplace_back().bytes);
  return true;
}

std::string VllmReply::Metrics(const ReplyState& state) const {
  return SpecMetricsJson(state.drafted_steps, draft_length_, spec_metrics_);
}

std::string VllmReply::WholeBody(const ReplyState& state) const {
  const bool chat = request_.route == Route::kChat;
  JsonWriter json;
  BeginWholeReply(chat, identity_, state.text, json);
  if (chat) {
    WriteNulls({"refusal", "annotations", "audio", "function_call", "reasoning"}, json);
    json.EndObject();
  }
  // Fields and their order are vLLM's.
  WriteNulls({"logprobs"}, json);
  json.Field("finish_reason", FinishText(state.step.finish));
  WriteNulls({"stop_reason"}, json);
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
  WriteNulls({"prompt_tokens_details", "completion_tokens_details"}, json);
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
