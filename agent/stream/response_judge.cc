#include "agent/stream/response_judge.h"

#include <absl/strings/str_format.h>

#include "common/engine/error_body.h"

namespace specctl::agent {
namespace {

Ending JudgeErrorEvent(const ResponseFacts& facts) {
  const bool overflow = ParseErrorBody(facts.error, 400).context_overflow;
  const FailureKind kind = overflow ? FailureKind::kContextOverflow : FailureKind::kErrorEvent;
  if (facts.error_code == 0) {
    return Failed(kind, facts.url, absl::StrFormat("error event: %s", facts.error));
  }
  return Failed(kind, facts.url,
                absl::StrFormat("error event, code %d: %s", facts.error_code, facts.error));
}

Ending JudgeStatus(const ResponseFacts& facts) {
  const ErrorBody body = ParseErrorBody(facts.plain_body, facts.http_status);
  const FailureKind kind =
      body.context_overflow ? FailureKind::kContextOverflow : FailureKind::kHttpStatus;
  std::string text = absl::StrFormat("HTTP status %d", facts.http_status);
  if (!facts.plain_body.empty()) text += absl::StrFormat(": %s", body.message);
  return Failed(kind, facts.url, text);
}

Ending JudgeFault(const ResponseFacts& facts) {
  const std::string why(facts.fault.message());
  if (facts.fault.code() == absl::StatusCode::kResourceExhausted) {
    return Failed(FailureKind::kTooLong, facts.url, why);
  }
  if (!facts.connection_ended) return Failed(FailureKind::kUndecodable, facts.url, why);
  const std::string_view where = facts.head_done ? "in mid-response" : "before a response";
  return Failed(FailureKind::kTruncated, facts.url,
                absl::StrFormat("connection ended %s: %s", where, why));
}

}  // namespace

Ending JudgeResponse(const ResponseFacts& facts) {
  if (facts.has_error) return JudgeErrorEvent(facts);
  if (facts.head_done && facts.http_status != 200) return JudgeStatus(facts);
  const bool nothing_missing = facts.done_seen && !facts.finish_reason.empty();
  if (!facts.fault.ok() && !(facts.connection_ended && nothing_missing)) return JudgeFault(facts);
  if (!facts.is_stream) {
    return Failed(
        FailureKind::kUndecodable, facts.url,
        absl::StrFormat("need a stream (text/event-stream), got %s: is it an OpenAI "
                        "endpoint that streams?",
                        facts.content_type.empty() ? "no content type" : facts.content_type));
  }
  if (facts.finish_reason.empty()) {
    return Failed(FailureKind::kTruncated, facts.url,
                  facts.done_seen ? "the stream ended with [DONE] but without a finish reason"
                                  : "the stream ended without a finish reason");
  }
  if (facts.finish_reason == "error") {
    return Failed(FailureKind::kErrorEvent, facts.url,
                  "the server ended it with finish reason \"error\"");
  }
  return {};
}

}  // namespace specctl::agent
