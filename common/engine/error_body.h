// Messages in the bodies of HTTP errors and in error events, in all the forms that engines use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace specctl {

struct ErrorBody {
  std::string message;            // one line, at most 300 bytes; the raw body where it is no JSON
  std::string type;               // e.g. "BadRequestError"; may be empty
  std::string param;              // the request field concerned, e.g. "input_tokens"; may be empty
  int64_t code = 0;               // the body's own, e.g. 400; 0 where it has none that is a number
  bool is_error = false;          // it is one of the forms below, and says something
  bool context_overflow = false;  // the prompt and max_tokens don't fit the model's context
};

// `body` of a response with status `http_status`, or of an error event (then 200); never fails.
// Forms: {"error":{"message","type","param","code"}}, {"error":"text"}, {"object":"error",
// "message",...}, FastAPI's {"detail": text or list}, {"message"}, a JSON text.
ErrorBody ParseErrorBody(std::string_view body, uint32_t http_status);

}  // namespace specctl
