#include "tools/sim/reply.h"

#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/token_model.h"

namespace specctl::sim {
namespace {

void WriteIds(const std::vector<uint32_t>& ids, JsonWriter& json) {
  json.BeginArray();
  for (const uint32_t id : ids) json.Value(id);
  json.EndArray();
}

void WriteNulls(std::initializer_list<std::string_view> keys, JsonWriter& json) {
  for (const std::string_view key : keys) {
    json.Key(key);
    json.Null();
  }
}

}  // namespace

Reply::Reply(InferenceRequest request, ReplyIdentity identity, const ReplyOptions& options,
             Draws draws)
    : request_(std::move(request)),
      identity_(std::move(identity)),
      options_(options),
      draws_(draws),
      writer_(request_, identity_) {}

std::string Reply::Head(const ReplyHead& head) const {
  return request_.stream ? StreamHead(head) : "";
}

std::vector<ReplyPiece> Reply::OnStep(const StepOutput& step, const ReplyHead& head) {
  TakeTokens(step);
  std::vector<ReplyPiece> pieces;
  const bool last = step.finish != Finish::kNo;
  if (!request_.stream) {
    // Not streamed: everything at the end, in one body.
    if (!last) return pieces;
    PlainReply whole;
    whole.body = WholeBody(step.finish);
    pieces.push_back({.bytes = PlainReplyBytes(whole, head)});
    return pieces;
  }
  // What vLLM's API process does under load: the tokens go out with the next step's chunk.
  const bool merged =
      !last && step.step > 0 && draws_.Uniform(Purpose::kMerge, step.step) < options_.merge_share;
  if (!merged) AddEvents(step, pieces);
  return pieces;
}

void Reply::TakeTokens(const StepOutput& step) {
  if (step.drafted > 0 && options_.spec_metrics != SpecMetricsDetail::kNone) {
    drafted_steps_.drafted.push_back(step.drafted);
    drafted_steps_.accepted.push_back(step.accepted);
  }
  for (uint32_t i = 0; i < step.tokens; ++i) {
    // The last token of a reply that ends by itself is the end of sequence, which has no text.
    const bool eos = step.finish == Finish::kStop && i + 1 == step.tokens;
    const uint32_t id = eos ? kEosTokenId : TokenId(draws_, tokens_);
    text_ += TokenText(id);
    unsent_ids_.push_back(id);
    ++tokens_;
  }
}

void Reply::AddEvents(const StepOutput& step, std::vector<ReplyPiece>& pieces) {
  const bool first = step.step == 0;
  const bool chat = request_.route == Route::kChat;
  // Once in a reply: on its first event.
  const std::vector<uint32_t> prompt_ids =
      first && request_.return_token_ids ? PromptTokenIds() : std::vector<uint32_t>();
  if (first && chat) writer_.Role(prompt_ids, pieces.emplace_back().bytes);
  ReplyPiece& content = pieces.emplace_back();
  content.tokens = static_cast<uint32_t>(unsent_ids_.size());
  const ContentEvent event{
      .text = text_, .token_ids = unsent_ids_, .completion_tokens = tokens_, .finish = step.finish};
  writer_.Content(event, chat ? std::vector<uint32_t>() : prompt_ids, content.bytes);
  // Sent; a merged step's tokens stay until here.
  text_.clear();
  unsent_ids_.clear();
  if (step.finish == Finish::kNo) return;
  if (request_.include_usage) {
    const std::string metrics =
        SpecMetricsJson(drafted_steps_, options_.draft_length, options_.spec_metrics);
    writer_.Usage(tokens_, metrics, pieces.emplace_back().bytes);
  }
  SseWriter::End(pieces.emplace_back().bytes);
}

std::string Reply::WholeBody(Finish finish) const {
  const bool chat = request_.route == Route::kChat;
  JsonWriter json;
  json.BeginObject();
  json.Field("id", identity_.response_id);
  json.Field("object", chat ? "chat.completion" : "text_completion");
  json.Field("created", identity_.created_unix_s);
  json.Field("model", identity_.model);
  json.Key("choices");
  json.BeginArray();
  json.BeginObject();
  json.Field("index", 0);
  if (chat) {
    json.Key("message");
    json.BeginObject();
    json.Field("role", "assistant");
    json.Field("content", text_);
    WriteNulls({"refusal", "annotations", "audio", "function_call", "reasoning"}, json);
    json.EndObject();
  } else {
    json.Field("text", text_);
  }
  // Fields and their order are vLLM's.
  WriteNulls({"logprobs"}, json);
  json.Field("finish_reason", FinishText(finish));
  WriteNulls({"stop_reason"}, json);
  json.Key("token_ids");
  request_.return_token_ids ? WriteIds(unsent_ids_, json) : json.Null();
  if (!chat) WriteNulls({"prompt_logprobs", "prompt_token_ids"}, json);
  WriteNulls({"routed_experts"}, json);
  json.EndObject();
  json.EndArray();
  WriteNulls({"service_tier"}, json);
  json.Field("system_fingerprint", kSystemFingerprint);
  json.Key("usage");
  json.BeginObject();
  json.Field("prompt_tokens", request_.prompt_tokens);
  json.Field("total_tokens", request_.prompt_tokens + tokens_);
  json.Field("completion_tokens", tokens_);
  WriteNulls({"prompt_tokens_details", "completion_tokens_details"}, json);
  json.EndObject();
  if (chat) {
    WriteNulls({"prompt_logprobs"}, json);
    json.Key("prompt_token_ids");
    request_.return_token_ids ? WriteIds(PromptTokenIds(), json) : json.Null();
    WriteNulls({"prompt_text"}, json);
  }
  WriteNulls({"kv_transfer_params", "ec_transfer_params"}, json);
  const std::string metrics =
      SpecMetricsJson(drafted_steps_, options_.draft_length, options_.spec_metrics);
  json.Key("metrics");
  metrics.empty() ? json.Null() : json.RawValue(metrics);
  json.EndObject();
  return std::move(json).Take();
}

std::vector<uint32_t> Reply::PromptTokenIds() const {
  // The same prompt has the same ids in every request.
  const Draws of_prompt{request_.prompt_hash};
  std::vector<uint32_t> ids(request_.prompt_tokens);
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = TokenId(of_prompt, i);
  return ids;
}

}  // namespace specctl::sim
