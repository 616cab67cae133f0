// Errors of the API, in the shape that vLLM 0.32 gives them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/sim/http_reply.h"

namespace specctl::sim {

struct ApiError {
  int status = 400;
  std::string message;
  std::string type = "BadRequestError";
  std::string param;         // empty: null
  std::string more_members;  // of the object, as JSON: ",\"n_ctx\":2048"
};

// {"error":{"message":..,"type":..,"param":..,"code":..}}
PlainReply ErrorReply(const ApiError& error);
// The same as one event of a stream: with the blanks that Python's json.dumps puts.
std::string ErrorEvent(const ApiError& error);

PlainReply UnauthorizedReply();
PlainReply UnknownRouteReply();
// `allow`: the method that the route has.
PlainReply WrongMethodReply(std::string_view allow);
// What uvicorn says to bytes that are no HTTP request.
PlainReply MalformedHttpReply();

// A prompt and a reply that don't fit together into `max`.
struct ContextTokens {
  uint64_t max;
  uint64_t prompt;
  uint64_t output;
};

// One of pydantic's validation errors.
struct InvalidField {
  std::string_view kind;       // "missing"
  std::string_view where;      // "body.messages"
  std::string_view text;       // "Field required"
  std::string_view input;      // as Python prints it: "<dict of 2 items>", "'many'"
  std::string_view more = "";  // further items: ", 'ctx': {...}"
};

}  // namespace specctl::sim
