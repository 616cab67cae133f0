#include "common/engine/response_judge.h"

#include <absl/strings/str_format.h>

#include "common/engine/error_body.h"
#include "common/engine/one_line.h"
#include "common/engine/shown_url.h"

namespace specctl {
namespace {

constexpr size_t kBodyShownBytes = 120;

ResponseVerdict ErrorVerdict(std::string_view what, std::string_view message, int64_t code) {
  const bool overflow = ParseErrorBody(message, 400).context_overflow;
  ResponseVerdict verdict;
  verdict.fault = overflow ? ResponseFault::kContextOverflow : ResponseFault::kErrorEvent;
  verdict.text = code == 0 ? absl::StrFormat("%s: %s", what, message)
                           : absl::StrFormat("%s, code %d: %s", what, code, message);
  return verdict;
}

ResponseVerdict JudgeStatus(const ResponseFacts& facts) {
  ResponseVerdict verdict{ResponseFault::kHttpStatus,
                          absl::StrFormat("HTTP status %d", facts.http_status)};
  // Following would measure another server than the one named.
  if (!facts.location.empty() && facts.http_status >= 300 && facts.http_status < 400) {
    verdict.text +=
        absl::StrFormat(": redirect to %s (redirects are not followed)", ShownUrl(facts.location));
    return verdict;
  }
  if (facts.plain_body.empty()) return verdict;
  if (!facts.content_encoding.empty()) {
    verdict.text += absl::StrFormat(" (its text has Content-Encoding %s)",
                                    OneLine(facts.content_encoding, kBodyShownBytes));
    return verdict;
  }
  const ErrorBody body = ParseErrorBody(facts.plain_body, facts.http_status);
  if (body.context_overflow) verdict.fault = ResponseFault::kContextOverflow;
  verdict.text += absl::StrFormat(": %s", body.message);
  return verdict;
}

ResponseVerdict JudgeFault(const ResponseFacts& facts) {
  const std::string why(facts.fault.message());
  // It exceeded our own bound: it is neither truncated nor malformed.
  if (facts.fault.code() == absl::StatusCode::kResourceExhausted) {
    return {ResponseFault::kTooLong, why};
  }
  if (!facts.connection_ended) return {ResponseFault::kUndecodable, why};
  const std::string_view where = facts.head_done ? "mid-response" : "before a response";
  return {ResponseFault::kTruncated, absl::StrFormat("connection ended %s: %s", where, why)};
}

// "; it begins: ..." or nothing.
std::string Beginning(std::string_view body) {
  const std::string shown = OneLine(body, kBodyShownBytes);
  return shown.empty() ? "" : absl::StrFormat("; it begins: %s", shown);
}

ResponseVerdict JudgeNoStream(const ResponseFacts& facts) {
  const ErrorBody body = ParseErrorBody(facts.plain_body, facts.http_status);
  if (body.is_error) {
    return ErrorVerdict("HTTP status 200 with an error instead of a stream", body.message,
                        body.code);
  }
  const std::string type = OneLine(facts.content_type, kBodyShownBytes);
  return {ResponseFault::kUndecodable,
          absl::StrFormat("need a stream (text/event-stream), got %s: is it an OpenAI endpoint "
                          "that streams?%s",
                          type.empty() ? "no content type" : type, Beginning(facts.plain_body))};
}

ResponseVerdict JudgeNoFinish(const ResponseFacts& facts) {
  const std::string_view said = facts.remark.empty() ? facts.plain_body : facts.remark;
  const ErrorBody body = ParseErrorBody(said, facts.http_status);
  if (body.is_error) return ErrorVerdict("error event", body.message, body.code);
  std::string text = facts.done_seen ? "the stream ended with [DONE] but without a finish reason"
                                     : "the stream ended without a finish reason";
  if (!facts.remark.empty()) {
    text += absl::StrFormat("; the server sent: %s", body.message);
  } else {
    text += Beginning(facts.plain_body);
  }
  return {ResponseFault::kTruncated, std::move(text)};
}

}  // namespace

ResponseVerdict JudgeResponse(const ResponseFacts& facts) {
  // First: anything else that looks wrong follows from it.
  if (facts.has_error) return ErrorVerdict("error event", facts.error, facts.error_code);
  if (facts.head_done && facts.http_status != 200) return JudgeStatus(facts);
  const bool nothing_missing = facts.done_seen && !facts.finish_reason.empty();
  // After a finish reason and [DONE], nothing that happens to the connection is a failure.
  if (!nothing_missing) {
    if (facts.head_done && !facts.content_encoding.empty()) {
      return {
          ResponseFault::kUndecodable,
          absl::StrFormat(
              "the response has Content-Encoding %s, though none was requested (Accept-Encoding: "
              "identity): turn it off in the server, or in the proxy in front of it",
              OneLine(facts.content_encoding, kBodyShownBytes))};
    }
    if (!facts.fault.ok()) return JudgeFault(facts);
    if (!facts.is_stream) return JudgeNoStream(facts);
    if (facts.finish_reason.empty()) return JudgeNoFinish(facts);
  }
  if (facts.finish_reason == "error") {
    return {ResponseFault::kErrorEvent, "the server ended it with finish reason \"error\""};
  }
  return {};
}

}  // namespace specctl
