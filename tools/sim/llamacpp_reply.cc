#include "tools/sim/llamacpp_reply.h"

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/http_reply.h"
#include "tools/sim/logprobs_json.h"
#include "tools/sim/python_float.h"
#include "tools/sim/token_model.h"
#include "tools/sim/tool_call_json.h"

namespace specctl::sim {
namespace {

constexpr std::string_view kFingerprint = "b0-unknown";

std::string AsJson(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

// Milliseconds with microseconds; at least one of these.
double MillisOf(Nanos duration) { return std::max(1.0, std::floor(Seconds(duration) * 1e6)) / 1e3; }

std::string Number(double value) { return PythonFloat(value); }

// A duration in all, a token and per second, over `tokens`.
std::string Rates(std::string_view name, double millis, double tokens) {
  return absl::StrFormat(R"("%s_ms":%s,"%s_per_token_ms":%s,"%s_per_second":%s)", name,
                         Number(millis), name, Number(tokens > 0 ? millis / tokens : 0), name,
                         Number(tokens > 0 ? tokens * 1e3 / millis : 0));
}

std::string FinishOrNull(const ReplyState& state, bool last) {
  return last ? absl::StrFormat("\"%s\"", FinishText(state.step.finish)) : "null";
}

uint64_t Sum(const std::vector<uint32_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

}  // namespace

LlamacppReply::LlamacppReply(const InferenceRequest& request, const ReplyIdentity& identity)
    : request_(request), identity_(identity) {}

std::string LlamacppReply::RoleEvent(std::string_view more) const {
  return Event(R"({"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}})",
               "", more);
}

void LlamacppReply::WriteOpening(const ReplyState& state, std::string& out) {
  if (request_.return_progress) AppendHttpChunk(ProgressEvent(state, 0), out);
}

// How much of the prompt is `processed`; in the words of each route, an event like any other.
std::string LlamacppReply::ProgressEvent(const ReplyState& state, uint32_t processed) const {
  std::string more;
  if (request_.timings_per_token) {
    more =
        absl::StrFormat(R"(,"timings":{"cache_n":%d,"prompt_n":%d,%s,"predicted_n":0,%s})",
                        state.cached_tokens, processed - std::min(processed, state.cached_tokens),
                        Rates("prompt", 0, 0), Rates("predicted", 0, 0));
  }
  absl::StrAppendFormat(
      &more, R"(,"prompt_progress":{"total":%d,"cache":%d,"processed":%d,"time_ms":%d})",
      request_.prompt_tokens, state.cached_tokens, processed,
      processed == 0 ? 0 : static_cast<int64_t>(Seconds(state.now - state.begun) * 1e3));
  switch (request_.route) {
    case Route::kChat:
      return RoleEvent(more);
    case Route::kCompletions:
      return Event(R"({"text":"","index":0,"logprobs":null,"finish_reason":null})", "", more);
    case Route::kNative:
      break;
  }
  // The id is none: nothing has been made.
  return absl::StrFormat(
      "data: {\"index\":0,\"content\":\"\",\"tokens\":[0],\"stop\":false,\"id_slot\":-1,"
      "\"tokens_predicted\":0,\"tokens_evaluated\":%d%s}\n\n",
      request_.prompt_tokens, more);
}

bool LlamacppReply::WriteEvents(const ReplyState& state, std::vector<ReplyPiece>& pieces) {
  // The role goes out in one HTTP chunk with the first token.
  std::string role;
  if (!std::exchange(begun_, true)) {
    if (request_.return_progress) {
      AppendHttpChunk(ProgressEvent(state, request_.prompt_tokens), pieces.emplace_back().bytes);
    }
    if (request_.route == Route::kChat) role = RoleEvent("");
  }
  for (size_t i = state.ids_sent; i < state.ids.size(); ++i) {
    if (state.token_texts[i].empty() && request_.route == Route::kChat) continue;
    ReplyPiece& piece = pieces.emplace_back();
    piece.tokens = 1;
    AppendHttpChunk(std::exchange(role, "") + TokenEvent(state, i), piece.bytes);
  }
  if (!role.empty()) AppendHttpChunk(role, pieces.emplace_back().bytes);
  if (!state.finished()) return true;
  AppendHttpChunk(LastEvents(state), pieces.emplace_back().bytes);
  std::string& end = pieces.emplace_back().bytes;
  if (request_.route != Route::kNative) AppendHttpChunk("data: [DONE]\n\n", end);
  AppendHttpChunk("", end);
  return true;
}

// A tool call's name goes with its first token that is shown.
std::string LlamacppReply::Delta(const ReplyState& state, size_t index) {
  const std::string_view text = state.token_texts[index];
  switch (state.parts[index]) {
    case TokenPart::kReasoning:
      return absl::StrFormat(R"("reasoning_content":"%s")", text);
    case TokenPart::kArguments: {
      const ToolCallPart part{.arguments = text, .begins = !std::exchange(call_told_, true)};
      return absl::StrFormat(R"("tool_calls":%s)", ToolCallsJson(part, EngineKind::kLlamacpp));
    }
    default:
      return absl::StrFormat(R"("content":"%s")", text);
  }
}

std::string LlamacppReply::TokenEvent(const ReplyState& state, size_t index) {
  const std::string_view text = state.token_texts[index];
  const std::string timings = request_.timings_per_token ? Timings(state, index + 1) : "";
  const std::string logprobs =
      request_.logprobs ? LogprobsOfChat({.ids = std::span(state.ids).subspan(index, 1),
                                          .texts = std::span(state.token_texts).subspan(index, 1)},
                                         EngineKind::kLlamacpp)
                        : "";
  switch (request_.route) {
    case Route::kChat:
      return Event(
          absl::StrFormat(R"({"finish_reason":null,"index":0,"delta":{%s}%s})", Delta(state, index),
                          logprobs.empty() ? "" : absl::StrFormat(R"(,"logprobs":%s)", logprobs)),
          "", timings);
    case Route::kCompletions:
      return Event(absl::StrFormat(R"({"text":"%s","index":0,"logprobs":%s,"finish_reason":null})",
                                   text, logprobs.empty() ? "null" : logprobs),
                   "", timings);
    case Route::kNative:
      break;
  }
  return absl::StrFormat(
      "data: {\"index\":0,\"content\":\"%s\",\"tokens\":[%d],\"stop\":false,\"id_slot\":-1,"
      "\"tokens_predicted\":%d,\"tokens_evaluated\":%d%s}\n\n",
      text, state.ids[index], index + 1, request_.prompt_tokens, timings);
}

std::string LlamacppReply::LastEvents(const ReplyState& state) const {
  const std::string timings = Timings(state, state.tokens());
  switch (request_.route) {
    case Route::kChat: {
      const std::string finish = absl::StrFormat(R"({"finish_reason":%s,"index":0,"delta":{}})",
                                                 FinishOrNull(state, true));
      if (!request_.include_usage) return Event(finish, "", timings);
      // Both in one HTTP chunk.
      return Event(finish, "", "") + Event("", Usage(state), timings);
    }
    case Route::kCompletions:
      return Event(absl::StrFormat(R"({"text":"","index":0,"logprobs":null,"finish_reason":%s})",
                                   FinishOrNull(state, true)),
                   Usage(state), timings);
    case Route::kNative:
      break;
  }
  return absl::StrFormat("data: {\"index\":0,\"content\":\"\",\"tokens\":[],%s}\n\n",
                         NativeLast(state));
}

std::string LlamacppReply::Event(std::string_view choices, std::string_view usage,
                                 std::string_view timings) const {
  const std::string id = AsJson(identity_.response_id);
  const std::string model = AsJson(identity_.model);
  // The routes differ in the order of their members.
  if (request_.route == Route::kChat) {
    return absl::StrFormat(
        "data: {\"choices\":[%s],\"created\":%d,\"id\":%s,\"model\":%s,\"system_fingerprint\":"
        "\"%s\",\"object\":\"chat.completion.chunk\"%s%s}\n\n",
        choices, identity_.created_unix_s, id, model, kFingerprint, usage, timings);
  }
  return absl::StrFormat(
      "data: "
      "{\"choices\":[%s],\"created\":%d,\"model\":%s,\"system_fingerprint\":\"%s\",\"object\":"
      "\"text_completion\"%s,\"id\":%s%s}\n\n",
      choices, identity_.created_unix_s, model, kFingerprint, usage, id, timings);
}

std::string LlamacppReply::NativeLast(const ReplyState& state) const {
  const bool by_word = state.step.finish == Finish::kStopString;
  const std::string word = AsJson(request_.stop);
  return absl::StrFormat(
      R"("id_slot":0,"stop":true,"model":%s,"tokens_predicted":%d,"tokens_evaluated":%d,)"
      R"("generation_settings":{"seed":%d,"max_tokens":%d,"n_predict":%d,"ignore_eos":%s,)"
      R"("stream":%s,"timings_per_token":%s},"prompt":"","has_new_line":false,"truncated":false,)"
      R"("stop_type":"%s","stopping_word":"%s","tokens_cached":%d%s)",
      AsJson(identity_.model), state.tokens(), request_.prompt_tokens, request_.seed,
      request_.max_tokens, request_.max_tokens, request_.ignore_eos ? "true" : "false",
      request_.stream ? "true" : "false", request_.timings_per_token ? "true" : "false",
      by_word                           ? "word"
      : EndsSequence(state.step.finish) ? "eos"
                                        : "limit",
      by_word ? std::string_view(word).substr(1, word.size() - 2) : "",
      request_.prompt_tokens + state.tokens() - 1, Timings(state, state.tokens()));
}

std::string LlamacppReply::Usage(const ReplyState& state) const {
  return absl::StrFormat(R"(,"usage":{"completion_tokens":%d,"prompt_tokens":%d,"total_tokens":%d,)"
                         R"("prompt_tokens_details":{"cached_tokens":%d}})",
                         state.tokens(), request_.prompt_tokens,
                         request_.prompt_tokens + state.tokens(), state.cached_tokens);
}

std::string LlamacppReply::Timings(const ReplyState& state, uint64_t predicted) const {
  const uint32_t computed = request_.prompt_tokens - state.cached_tokens;
  // The time runs from the first token, which it leaves out.
  const double predicted_ms = MillisOf(state.now - state.first_token);
  std::string timings = absl::StrFormat(
      R"(,"timings":{"cache_n":%d,"prompt_n":%d,%s,"predicted_n":%d,%s)", state.cached_tokens,
      computed, Rates("prompt", MillisOf(state.first_token - state.begun), computed), predicted,
      Rates("predicted", predicted_ms, static_cast<double>(predicted) - 1));
  // Absent until there was a draft.
  if (const uint64_t drafted = Sum(state.drafted_steps.drafted); drafted > 0) {
    absl::StrAppendFormat(&timings, R"(,"draft_n":%d,"draft_n_accepted":%d)", drafted,
                          Sum(state.drafted_steps.accepted));
  }
  return timings + "}";
}

std::string LlamacppReply::WholeBody(const ReplyState& state) const {
  const std::string timings = Timings(state, state.tokens());
  const std::string id = AsJson(identity_.response_id);
  const std::string model = AsJson(identity_.model);
  switch (request_.route) {
    case Route::kChat:
      return absl::StrFormat(
          R"({"choices":[{"finish_reason":%s,"index":0,"message":{"role":"assistant","content":"%s"}}],)"
          R"("created":%d,"model":%s,"system_fingerprint":"%s","object":"chat.completion"%s,"id":%s%s})",
          FinishOrNull(state, true), state.text.all, identity_.created_unix_s, model, kFingerprint,
          Usage(state), id, timings);
    case Route::kCompletions:
      return absl::StrFormat(
          R"({"choices":[{"text":"%s","index":0,"logprobs":null,"finish_reason":%s}],"created":%d,)"
          R"("model":%s,"system_fingerprint":"%s","object":"text_completion"%s,"id":%s%s})",
          state.text.all, FinishOrNull(state, true), identity_.created_unix_s, model, kFingerprint,
          Usage(state), id, timings);
    case Route::kNative:
      break;
  }
  return absl::StrFormat(R"({"index":0,"content":"%s","tokens":[%s],%s})", state.text.all,
                         absl::StrJoin(state.ids, ","), NativeLast(state));
}

}  // namespace specctl::sim
