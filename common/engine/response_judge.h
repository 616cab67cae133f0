// JudgeResponse: what a response that is over amounts to, in the server's own words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/status.h>

namespace specctl {

struct ResponseFacts {
  bool head_done = false;
  uint32_t http_status = 0;
  bool is_stream = false;  // 200 with server-sent events
  std::string_view content_type;
  std::string_view content_encoding;  // empty: none
  std::string_view location;          // of a redirect
  // Of a response that is no stream; of a stream without any event, its beginning.
  std::string_view plain_body;
  // What ended the reading before the last HTTP chunk; OK where nothing did.
  absl::Status fault;
  bool connection_ended = false;  // the fault is the connection's, not the bytes'
  bool done_seen = false;         // [DONE]
  bool has_error = false;         // an error event
  std::string_view error;
  int64_t error_code = 0;
  std::string_view finish_reason;
  std::string_view remark;  // an event that is nothing a stream holds
};

enum class ResponseFault {
  kNone,
  kHttpStatus,
  kErrorEvent,  // an error that came with status 200
  kTruncated,
  kUndecodable,
  kTooLong,
  kContextOverflow
};

struct ResponseVerdict {
  ResponseFault fault = ResponseFault::kNone;
  std::string text;  // why, on one line; empty with kNone
  bool ok() const { return fault == ResponseFault::kNone; }
};

// Rules, the first that holds:
// - an error event: kErrorEvent, or kContextOverflow where it says so;
// - a status other than 200: kHttpStatus, or kContextOverflow, with the message of its body, or
//   where a redirect leads to;
// - finish reason and [DONE] have come: nothing is missing, whatever came of the connection then;
// - a content coding, which is never asked for: kUndecodable;
// - bytes that are not HTTP, or an event that can't be decoded: kUndecodable; too long: kTooLong;
// - the connection's end before the response's: kTruncated;
// - 200 without server-sent events, or without any event: kErrorEvent where its body is an error,
//   else kUndecodable or kTruncated, with the body's beginning;
// - no finish reason: kTruncated, [DONE] or not, or kErrorEvent where an event tells of an error
//   all the same; the finish reason "error": kErrorEvent;
// - else ok.
// Pure.
ResponseVerdict JudgeResponse(const ResponseFacts& facts);

}  // namespace specctl
