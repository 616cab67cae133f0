#include "tools/sim/vllm_events.h"

#include <absl/strings/str_format.h>

#include <array>
#include <charconv>

#include "common/base/json_writer.h"
#include "tools/sim/http_reply.h"

namespace specctl::sim {
namespace {

void AppendNumber(uint64_t value, std::string& out) {
  std::array<char, 20> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  static_cast<void>(error);  // 20 digits hold every value
  out.append(digits.data(), end);
}

void AppendIds(std::span<const uint32_t> ids, std::string& out) {
  out += '[';
  for (size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) out += ',';
    AppendNumber(ids[i], out);
  }
  out += ']';
}

void AppendFinish(Finish reason, std::string& out) {
  if (reason == Finish::kNo) {
    out += "null";
    return;
  }
  out += '"';
  out += FinishText(reason);
  out += '"';
}

// The event being written, in a buffer that stays warm.
std::string& Begin(const std::string& prefix) {
  thread_local std::string json;
  // Assigned, not made anew: the memory of the largest event so far is kept.
  json = prefix;
  return json;
}

// What has neither reasoning nor a tool call has a content, empty or not.
void AppendDelta(const ContentEvent& event, std::string& json) {
  const auto member = [&json, begin = json.size()](std::string_view name) -> std::string& {
    if (json.size() > begin) json += ',';
    json += '"';
    json += name;
    json += "\":";
    return json;
  };
  const auto text = [&](std::string_view name, std::string_view value) {
    member(name) += '"';
    // Without escapes: the words of token_model.cc need none.
    json += value;
    json += '"';
  };
  if (!event.reasoning.empty()) text("reasoning", event.reasoning);
  if (!event.tool_calls_json.empty()) member("tool_calls") += event.tool_calls_json;
  const bool has_other = !event.reasoning.empty() || !event.tool_calls_json.empty();
  if (!event.text.empty() || !has_other) text("content", event.text);
}

void AppendLogprobs(const ContentEvent& event, std::string& json) {
  json += R"("logprobs":)";
  json += event.logprobs_json.empty() ? "null" : event.logprobs_json;
  json += R"(,"finish_reason":)";
  AppendFinish(event.finish, json);
}

// A stop string is told by its text.
void AppendStopReason(const ContentEvent& event, std::string_view stop, std::string& json) {
  json += R"(,"stop_reason":)";
  if (event.finish == Finish::kStopString) {
    AppendJsonString(stop, json);
  } else {
    json += "null";
  }
}

}  // namespace

VllmEvents::VllmEvents(const InferenceRequest& request, const ReplyIdentity& identity)
    : request_(&request), prefix_(R"(data: {"id":)") {
  AppendJsonString(identity.response_id, prefix_);
  absl::StrAppendFormat(&prefix_, R"(,"object":"%s","created":%d,"model":)",
                        request.route == Route::kChat ? "chat.completion.chunk" : "text_completion",
                        identity.created_unix_s);
  AppendJsonString(identity.model, prefix_);
  // The same on every event of a reply: written once.
  prefix_ += R"(,"choices":[)";
}

void VllmEvents::Role(std::span<const uint32_t> prompt_token_ids, bool tells_reasoning,
                      std::string& out) const {
  std::string& json = Begin(prefix_);
  json +=
      R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}])";
  // The role event has usage, too: no token has been made yet.
  if (request_->continuous_usage) {
    AppendUsage(0, tells_reasoning ? std::optional<uint64_t>(0) : std::nullopt, json);
  }
  json += R"(,"prompt_token_ids":)";
  if (request_->return_token_ids) {
    AppendIds(prompt_token_ids, json);
  } else {
    json += "null";
  }
  json += R"(,"prompt_text":null)";
  EndEvent(json, out);
}

void VllmEvents::Content(const ContentEvent& event, std::span<const uint32_t> prompt_token_ids,
                         std::string& out) const {
  std::string& json = Begin(prefix_);
  if (request_->route == Route::kChat) {
    ChatChoice(event, json);
  } else {
    CompletionChoice(event, prompt_token_ids, json);
  }
  if (request_->continuous_usage) {
    AppendUsage(event.completion_tokens, event.reasoning_tokens, json);
  }
  // The last event has the fingerprint: this one, where no usage follows.
  if (event.finish != Finish::kNo && !request_->include_usage) {
    json += R"(,"system_fingerprint":")";
    json += kSystemFingerprint;
    json += '"';
  }
  EndEvent(json, out);
}

void VllmEvents::EndChoice(const ContentEvent& event, std::string& json) const {
  json += R"(,"token_ids":)";
  if (request_->return_token_ids) {
    AppendIds(event.token_ids, json);
  } else {
    json += "null";
  }
  json += "}]";
}

void VllmEvents::ChatChoice(const ContentEvent& event, std::string& json) const {
  json += R"({"index":0,"delta":{)";
  AppendDelta(event, json);
  json += "},";
  AppendLogprobs(event, json);
  // Chat has it only on the last chunk, completions on each.
  if (event.finish != Finish::kNo) AppendStopReason(event, request_->stop, json);
  EndChoice(event, json);
}

void VllmEvents::CompletionChoice(const ContentEvent& event,
                                  std::span<const uint32_t> prompt_token_ids,
                                  std::string& json) const {
  json += R"({"index":0,"text":")";
  json += event.text;
  json += R"(",)";
  AppendLogprobs(event, json);
  AppendStopReason(event, request_->stop, json);
  json += R"(,"prompt_token_ids":)";
  if (prompt_token_ids.empty()) {
    json += "null";
  } else {
    AppendIds(prompt_token_ids, json);
  }
  EndChoice(event, json);
}

void VllmEvents::Usage(const UsageEvent& event, std::string& out) const {
  std::string& json = Begin(prefix_);
  json +=
      absl::StrFormat(R"(],"usage":{"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d)",
                      request_->prompt_tokens, request_->prompt_tokens + event.completion_tokens,
                      event.completion_tokens);
  if (!event.prompt_details_json.empty()) {
    json += R"(,"prompt_tokens_details":)";
    json += event.prompt_details_json;
  }
  if (event.reasoning_tokens) {
    json += absl::StrFormat(R"(,"completion_tokens_details":{"reasoning_tokens":%d})",
                            *event.reasoning_tokens);
  }
  json += absl::StrFormat(R"(},"system_fingerprint":"%s")", kSystemFingerprint);
  if (!event.metrics_json.empty()) {
    json += R"(,"metrics":)";
    json += event.metrics_json;
  }
  EndEvent(json, out);
}

void VllmEvents::EndEvent(std::string& json, std::string& out) const {
  json += "}\n\n";
  if (request_->without_nulls) json = WithoutNulls(json);
  // One event in one HTTP chunk, as uvicorn sends them.
  AppendHttpChunk(json, out);
}

void VllmEvents::End(std::string& out) {
  AppendHttpChunk(kDoneEvent, out);
  // The empty chunk ends the body.
  AppendHttpChunk("", out);
}

void VllmEvents::AppendUsage(uint64_t completion_tokens, std::optional<uint64_t> reasoning_tokens,
                             std::string& json) const {
  json += R"(,"usage":{"prompt_tokens":)";
  AppendNumber(request_->prompt_tokens, json);
  json += R"(,"total_tokens":)";
  AppendNumber(request_->prompt_tokens + completion_tokens, json);
  json += R"(,"completion_tokens":)";
  AppendNumber(completion_tokens, json);
  if (reasoning_tokens) {
    json += R"(,"completion_tokens_details":{"reasoning_tokens":)";
    AppendNumber(*reasoning_tokens, json);
    json += '}';
  } else if (request_->route == Route::kChat) {
    json += R"(,"completion_tokens_details":null)";
  }
  json += '}';
}

}  // namespace specctl::sim
