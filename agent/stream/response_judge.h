// JudgeResponse: what a response that is over amounts to.
#pragma once

#include <cstdint>
#include <string_view>

#include <absl/status/status.h>

#include "agent/stream/ending.h"

namespace specctl::agent {

struct ResponseFacts {
  std::string_view url;  // of the target, for the text
  bool head_done = false;
  uint32_t http_status = 0;
  bool is_stream = false;  // 200 with server-sent events
  std::string_view content_type;
  std::string_view plain_body;  // of a response that is no stream
  // What ended the reading before the last HTTP chunk; OK where nothing did.
  absl::Status fault;
  bool connection_ended = false;  // the fault is the connection's, not the bytes'
  bool done_seen = false;         // [DONE]
  bool has_error = false;         // an error event
  std::string_view error;
  int64_t error_code = 0;
  std::string_view finish_reason;
};

// Rules, the first that holds:
// - an error event: kErrorEvent, or kContextOverflow where it says so;
// - a status other than 200: kHttpStatus, or kContextOverflow, with the message of its body;
// - bytes that are not HTTP, or an event that can't be decoded: kUndecodable; too long: kTooLong;
// - the connection's end before the response's: kTruncated, unless the finish reason and [DONE]
//   had come, after which nothing is missing;
// - 200 without server-sent events: kUndecodable;
// - no finish reason: kTruncated, [DONE] or not; the finish reason "error": kErrorEvent;
// - else ok.
// Pure.
Ending JudgeResponse(const ResponseFacts& facts);

}  // namespace specctl::agent
