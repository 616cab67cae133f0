// Messages in the bodies of HTTP errors, in all the forms that engines use.
#pragma once

#include <string>
#include <string_view>

namespace specctl {

struct ErrorBody {
  std::string message;            // one line, at most 300 bytes; the raw body where it is no JSON
  bool context_overflow = false;  // the prompt and max_tokens don't fit the model's context
};

// `body` of a response with status `http_status`; never fails.
ErrorBody ParseErrorBody(std::string_view body, uint32_t http_status);

}  // namespace specctl
