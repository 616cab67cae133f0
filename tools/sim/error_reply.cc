#include "tools/sim/error_reply.h"

#include <absl/strings/str_format.h>

#include <utility>

#include "common/base/json_writer.h"

namespace specctl::sim {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

std::string QuotedParam(const ApiError& error) {
  return error.param.empty() ? "null" : Quoted(error.param);
}

}  // namespace

PlainReply ErrorReply(const ApiError& error) {
  PlainReply reply;
  reply.status = error.status;
  reply.body =
      absl::StrFormat("{\"error\":{\"message\":%s,\"type\":%s,\"param\":%s,\"code\":%d}}",
                      Quoted(error.message), Quoted(error.type), QuotedParam(error), error.status);
  return reply;
}

std::string ErrorEvent(const ApiError& error) {
  // With blanks, unlike ErrorReply(): vLLM writes events with json.dumps, replies without
  // blanks.
  return absl::StrFormat(
      "data: {\"error\": {\"message\": %s, \"type\": %s, \"param\": %s, \"code\": %d}}\n\n",
      Quoted(error.message), Quoted(error.type), QuotedParam(error), error.status);
}

PlainReply UnauthorizedReply() {
  PlainReply reply;
  reply.status = 401;
  reply.body = R"({"error":"Unauthorized"})";
  // The key is checked outside the CORS layer, which would add the header.
  reply.vary_origin = false;
  return reply;
}

PlainReply UnknownRouteReply() {
  PlainReply reply;
  reply.status = 404;
  reply.body = R"({"detail":"Not Found"})";
  return reply;
}

PlainReply WrongMethodReply(std::string_view allow) {
  PlainReply reply;
  reply.status = 405;
  reply.body = R"({"detail":"Method Not Allowed"})";
  reply.allow = std::string(allow);
  return reply;
}

PlainReply MalformedHttpReply() {
  PlainReply reply;
  reply.status = 400;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = "Invalid HTTP request received.";
  reply.vary_origin = false;
  return reply;
}

}  // namespace specctl::sim
