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

ApiError ParameterError(std::string_view message, std::string_view param, std::string_view value) {
  ApiError error;
  error.message = absl::StrFormat("%s (parameter=%s, value=%s)", message, param, value);
  error.param = std::string(param);
  return error;
}

ApiError UnknownModel(std::string_view wanted, std::string_view served) {
  return {.status = 404,
          .message =
              absl::StrFormat("The model `%s` does not exist. Valid aliases: %s.", wanted, served),
          .type = "NotFoundError",
          .param = "model"};
}

ApiError PromptTooLong(uint64_t context_tokens_max) {
  // vLLM stops counting at one token too many.
  const std::string at_least = absl::StrFormat("%d", context_tokens_max + 1);
  return ParameterError(
      absl::StrFormat("This model's maximum context length is %d tokens. However, your prompt "
                      "contains at least %s input tokens, which exceeds this limit even without "
                      "any output tokens. Please reduce the length of the input prompt.",
                      context_tokens_max, at_least),
      "input_tokens", at_least);
}

ApiError ContextTooLong(const ContextTokens& tokens) {
  return ParameterError(
      absl::StrFormat("This model's maximum context length is %d tokens. However, you requested %d "
                      "output tokens and your prompt contains at least %d input tokens, for a "
                      "total of at least %d tokens. Please reduce the length of the input prompt "
                      "or the number of requested output tokens.",
                      tokens.max, tokens.output, tokens.prompt, tokens.prompt + tokens.output),
      "input_tokens", absl::StrFormat("%d", tokens.prompt));
}

ApiError ValidationError(const InvalidField& field) {
  ApiError error;
  error.message = absl::StrFormat(
      "1 validation error:\n  {'type': '%s', 'loc': '%s', 'msg': '%s', 'input': %s%s}", field.kind,
      field.where, field.text, field.input, field.more);
  error.type = "Bad Request";
  error.param = std::string(field.where);
  return error;
}

}  // namespace specctl::sim
