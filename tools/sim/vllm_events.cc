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

void EndEvent(std::string& json, std::string& out) {
  json += "}\n\n";
  // One event in one HTTP chunk, as uvicorn sends them.
  AppendHttpChunk(json, out);
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

void VllmEvents::Role(std::span<const uint32_t> prompt_token_ids, std::string& out) const {
  std::string& json = Begin(prefix_);
  json +=
      R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}])";
  // The role event has usage, too: no token has been made yet.
  if (request_->continuous_usage) AppendUsage(0, json);
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
  if (request_->continuous_usage) AppendUsage(event.completion_tokens, json);
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
  json += R"({"index":0,"delta":{"content":")";
  // Without escapes: the words of token_model.cc need none.
  json += event.text;
  json += R"("},"logprobs":null,"finish_reason":)";
  AppendFinish(event.finish, json);
  // Chat has it only on the last chunk, completions on each.
  if (event.finish != Finish::kNo) json += R"(,"stop_reason":null)";
  EndChoice(event, json);
}

void VllmEvents::CompletionChoice(const ContentEvent& event,
                                  std::span<const uint32_t> prompt_token_ids,
                                  std::string& json) const {
  json += R"({"index":0,"text":")";
  json += event.text;
  json += R"(","logprobs":null,"finish_reason":)";
  AppendFinish(event.finish, json);
  json += R"(,"stop_reason":null,"prompt_token_ids":)";
  if (prompt_token_ids.empty()) {
    json += "null";
  } else {
    AppendIds(prompt_token_ids, json);
  }
  EndChoice(event, json);
}

void VllmEvents::Usage(uint64_t completion_tokens, std::string_view metrics_json,
                       std::string& out) const {
  std::string& json = Begin(prefix_);
  json += absl::StrFormat(
      R"(],"usage":{"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d},"system_fingerprint":"%s")",
      request_->prompt_tokens, request_->prompt_tokens + completion_tokens, completion_tokens,
      kSystemFingerprint);
  if (!metrics_json.empty()) {
    json += R"(,"metrics":)";
    json += metrics_json;
  }
  EndEvent(json, out);
}

void VllmEvents::End(std::string& out) {
  AppendHttpChunk(kDoneEvent, out);
  // The empty chunk ends the body.
  AppendHttpChunk("", out);
}

void VllmEvents::AppendUsage(uint64_t completion_tokens, std::string& json) const {
  json += R"(,"usage":{"prompt_tokens":)";
  AppendNumber(request_->prompt_tokens, json);
  json += R"(,"total_tokens":)";
  AppendNumber(request_->prompt_tokens + completion_tokens, json);
  json += R"(,"completion_tokens":)";
  AppendNumber(completion_tokens, json);
  json += request_->route == Route::kChat ? R"(,"completion_tokens_details":null})" : "}";
}

}  // namespace specctl::sim
