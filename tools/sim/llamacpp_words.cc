#include "tools/sim/llamacpp_words.h"

#include <absl/strings/str_format.h>

#include <string>
#include <utility>

#include "common/base/json_writer.h"

namespace specctl::sim {
namespace {

ApiError InvalidRequest(std::string message) {
  return {.message = std::move(message), .type = "invalid_request_error"};
}

std::string InQuotes(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

}  // namespace

const RequestWords& LlamacppRequestWords() {
  static const LlamacppWords words;
  return words;
}

ApiError LlamacppWords::NotJsonType() const { return NotJson(0); }

ApiError LlamacppWords::NotJson(size_t at) const {
  return InvalidRequest(absl::StrFormat(
      "[json.exception.parse_error.101] parse error at line 1, column %d: syntax error", at + 1));
}

ApiError LlamacppWords::Invalid(const InvalidField& field) const {
  const std::string_view name = field.where.substr(field.where.rfind('.') + 1);
  if (field.kind == "missing") return InvalidRequest(absl::StrFormat("'%s' is required", name));
  if (field.kind == "list_type") {
    return InvalidRequest(absl::StrFormat("Expected '%s' to be an array", name));
  }
  const std::string_view wanted = field.kind == "bool_type"     ? "boolean"
                                  : field.kind == "string_type" ? "string"
                                                                : "number";
  const std::string_view given = field.input.starts_with("'<")                     ? "object"
                                 : field.input.starts_with('\'')                   ? "string"
                                 : field.input == "True" || field.input == "False" ? "boolean"
                                                                                   : "number";
  return InvalidRequest(
      absl::StrFormat("Field '%s': [json.exception.type_error.302] type must be %s, but is %s",
                      name, wanted, given));
}

ApiError LlamacppWords::UnknownModel(std::string_view wanted, std::string_view) const {
  return InvalidRequest(absl::StrFormat("model %s is not served", wanted));
}

ApiError LlamacppWords::TooFewTokens(int64_t asked) const {
  return InvalidRequest(absl::StrFormat("max_tokens: %d", asked));
}

ApiError LlamacppWords::TooManyTokens(int64_t asked, uint64_t) const { return TooFewTokens(asked); }

ApiError LlamacppWords::ContextTooLong(const ContextTokens& tokens) const {
  return PromptTooLong(tokens.prompt, tokens.max);
}

ApiError LlamacppWords::PromptTooLong(uint64_t prompt_tokens, uint64_t context_tokens_max) const {
  ApiError error = InvalidRequest(absl::StrFormat(
      "request (%d tokens) exceeds the available context size (%d tokens), try increasing it",
      prompt_tokens, context_tokens_max));
  error.type = "exceed_context_size_error";
  error.more_members =
      absl::StrFormat(R"(,"n_prompt_tokens":%d,"n_ctx":%d)", prompt_tokens, context_tokens_max);
  return error;
}

ApiError LlamacppWords::NegativeTemperature(double temperature) const {
  return InvalidRequest(absl::StrFormat("temperature: %g", temperature));
}

ApiError LlamacppWords::NotStreamed() const { return InvalidRequest("stream_options: no stream"); }

PlainReply LlamacppErrorReply(const ApiError& error) {
  PlainReply reply;
  reply.status = error.status;
  reply.content_type = "application/json; charset=utf-8";
  const std::string code = absl::StrFormat("\"code\":%d", error.status);
  const bool code_last = error.status == 401 || error.status == 404;
  reply.body =
      absl::StrFormat(R"({"error":{%s"message":%s,"type":%s%s%s}})", code_last ? "" : code + ",",
                      InQuotes(error.message), InQuotes(error.type), code_last ? "," + code : "",
                      error.more_members);
  return reply;
}

}  // namespace specctl::sim
