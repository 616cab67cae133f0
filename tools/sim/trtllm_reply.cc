#include "tools/sim/trtllm_reply.h"

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/http_reply.h"
#include "tools/sim/logprobs_json.h"
#include "tools/sim/python_float.h"
#include "tools/sim/tool_call_json.h"

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

void TrtllmReply::WriteRole(std::string& out) {
  if (std::exchange(begun_, true) || request_.route != Route::kChat) return;
  std::string role = R"({"index":0,"delta":{"role":"assistant"}}])";
  if (request_.continuous_usage) role += ",\"usage\":" + Usage(0, 0);
  // The server puts a blank here, and nowhere else.
  Event(role, "} \n\n", out);
}

void TrtllmReply::WriteEmpty(const ReplyState& state, std::string& out) {
  WriteRole(out);
  WriteChoice(state, {.tokens = state.ids_sent}, out);
}

bool TrtllmReply::WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) {
  if (!begun_) {
    WriteRole(pieces.emplace_back().bytes);
    if (pieces.back().bytes.empty()) pieces.pop_back();
  }
  const bool apart = state.finished() && state.finish_apart;
  const std::string calls = UnsentToolCalls(state, EngineKind::kTrtllm);
  ReplyPiece& content = pieces.emplace_back();
  content.tokens = static_cast<uint32_t>(state.unsent_ids().size());
  WriteChoice(state,
              {.text = state.text.unsent(),
               .reasoning = state.reasoning.unsent(),
               .tool_calls_json = calls,
               .ids = state.unsent_ids(),
               .token_texts = state.unsent_token_texts(),
               .tokens = state.tokens(),
               .finishes = state.finished() && !apart},
              content.bytes);
  if (!state.finished()) return true;
  if (apart) {
    WriteChoice(state, {.tokens = state.tokens(), .finishes = true}, pieces.emplace_back().bytes);
  }
  if (request_.include_usage) {
    Event("],\"usage\":" + Usage(state.tokens(), state.cached_tokens), "}\n\n",
          pieces.emplace_back().bytes);
  }
  std::string& end = pieces.emplace_back().bytes;
  AppendHttpChunk("data: [DONE]\n\n", end);
  if (request_.return_perf_metrics) AppendHttpChunk(PerfMetrics(state), end);
  AppendHttpChunk("", end);
  return true;
}

// Behind [DONE], under a name of its own.
std::string TrtllmReply::PerfMetrics(const ReplyState& state) {
  const auto millis = [](Nanos duration) { return PythonFloat(Seconds(duration) * 1e3); };
  return absl::StrFormat(
      "event: trtllm.perf_metrics\ndata: {\"Server-Timing\":\"server_queue;dur=0.0, "
      "server_ttft;dur=%s, server_e2e;dur=%s\"}\n\n",
      millis(state.first_token - state.begun), millis(state.now - state.begun));
}

void TrtllmReply::WriteChoice(const ReplyState& state, const Choice& choice,
                              std::string& out) const {
  const bool chat = request_.route == Route::kChat;
  std::string event = (chat ? ChatChoice(state, choice) : CompletionChoice(state, choice)) + "]";
  if (request_.continuous_usage) {
    event += ",\"usage\":" + Usage(choice.tokens, state.cached_tokens);
  } else if (!chat) {
    // Completions print what is null, chat leaves it out.
    event += ",\"usage\":null";
  }
  Event(event, "}\n\n", out);
}

std::string TrtllmReply::ChatChoice(const ReplyState& state, const Choice& choice) const {
  std::string json =
      absl::StrFormat(R"({"index":0,"delta":{"content":"%s","reasoning_content":"%s")", choice.text,
                      choice.reasoning);
  if (!choice.tool_calls_json.empty()) {
    absl::StrAppendFormat(&json, R"(,"tool_calls":%s)", choice.tool_calls_json);
  }
  json += "}";
  if (request_.logprobs && !choice.ids.empty()) {
    absl::StrAppendFormat(
        &json, R"(,"logprobs":%s)",
        LogprobsOfChat({.ids = choice.ids, .texts = choice.token_texts}, EngineKind::kTrtllm));
  }
  if (choice.finishes) absl::StrAppendFormat(&json, R"(,"finish_reason":%s)", QuotedFinish(state));
  // Nothing has been made yet: there is no mean.
  if (choice.tokens > 0) {
    absl::StrAppendFormat(&json, R"(,"avg_decoded_tokens_per_iter":%s)", TokensPerIteration(state));
  }
  return json + "}";
}

std::string TrtllmReply::CompletionChoice(const ReplyState& state, const Choice& choice) const {
  const std::string ids =
      request_.detokenize ? "null" : absl::StrFormat("[%s]", absl::StrJoin(choice.ids, ","));
  const std::string logprobs =
      request_.logprobs && !choice.ids.empty()
          ? LogprobsOfCompletion({.ids = choice.ids, .texts = choice.token_texts}, state.text.sent)
          : "null";
  return absl::StrFormat(
      R"({"index":0,"text":"%s","token_ids":%s,"logprobs":%s,"finish_reason":%s,"stop_reason":null,)"
      R"("avg_decoded_tokens_per_iter":%s})",
      request_.detokenize ? choice.text : std::string_view(), ids, logprobs,
      choice.finishes ? QuotedFinish(state) : "null",
      choice.tokens > 0 ? TokensPerIteration(state) : "null");
}

void TrtllmReply::Event(std::string_view choices_and_more, std::string_view end,
                        std::string& out) const {
  std::string event = prefix_;
  event += choices_and_more;
  event += end;
  AppendHttpChunk(event, out);
}

std::string TrtllmReply::Usage(uint64_t completion_tokens, uint32_t cached_tokens) const {
  return absl::StrFormat(R"({"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d,)"
                         R"("prompt_tokens_details":{"cached_tokens":%d}})",
                         request_.prompt_tokens, request_.prompt_tokens + completion_tokens,
                         completion_tokens, cached_tokens);
}

std::string TrtllmReply::WholeBody(const ReplyState& state) const {
  const bool chat = request_.route == Route::kChat;
  JsonWriter json;
  const bool has_text = chat || request_.detokenize;
  BeginWholeReply(chat, identity_, has_text ? std::string_view(state.text.all) : "", json);
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
  json.Key("logprobs");
  if (request_.logprobs) {
    const EventTokens tokens{.ids = state.ids, .texts = state.token_texts};
    json.RawValue(chat ? LogprobsOfChat(tokens, EngineKind::kTrtllm)
                       : LogprobsOfCompletion(tokens, 0));
  } else {
    json.Null();
  }
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
  json.RawValue(Usage(state.tokens(), state.cached_tokens));
  WriteNulls({"prompt_token_ids"}, json);
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace specctl::sim
