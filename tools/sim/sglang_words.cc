#include "tools/sim/sglang_words.h"

#include <absl/strings/str_format.h>

#include <string>
#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/python_float.h"
#include "tools/sim/python_path.h"

namespace specctl::sim {
namespace {

constexpr std::string_view kServerFile =
    "/usr/local/lib/python3.11/site-packages/sglang/srt/entrypoints/http_server.py";

std::string QuotedText(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

ApiError BadRequest(std::string message) { return {.message = std::move(message)}; }

}  // namespace

const RequestWords& SglangRequestWords() {
  static const SglangWords words;
  return words;
}

ApiError SglangWords::Invalid(const InvalidField& field) const {
  if (field.where == "body.messages" && field.kind == "list_type") {
    return BadRequest("Messages cannot be empty.");
  }
  const std::string shown =
      absl::StrFormat("{'type': '%s', 'loc': %s, 'msg': '%s', 'input': %s%s}", field.kind,
                      PythonPath(field.where), field.text, field.input, field.more);
  ApiError error = BadRequest(absl::StrFormat(
      "1 validation error:\n  %s\n\n  File \"%s\", line 1870, in openai_v1_chat_completions\n    "
      "POST /v1/chat/completions [%s]",
      shown, kServerFile, shown));
  error.type = "Bad Request";
  return error;
}

ApiError SglangWords::UnknownModel(std::string_view wanted, std::string_view) const {
  return BadRequest(absl::StrFormat("The model %s is not served.", wanted));
}

ApiError SglangWords::TooFewTokens(int64_t asked) const {
  return BadRequest(absl::StrFormat("max_new_tokens must be at least 0, got %d.", asked));
}

ApiError SglangWords::TooManyTokens(int64_t asked, uint64_t context_tokens_max) const {
  return BadRequest(absl::StrFormat(
      "max_completion_tokens is too large: %d.This model supports at most %d completion tokens.",
      asked, context_tokens_max));
}

ApiError SglangWords::PromptTooLong(uint64_t prompt_tokens, uint64_t context_tokens_max) const {
  return BadRequest(absl::StrFormat(
      "The input (%d tokens) is longer than the model's context length (%d tokens).", prompt_tokens,
      context_tokens_max));
}

ApiError SglangWords::ContextTooLong(const ContextTokens& tokens) const {
  return BadRequest(absl::StrFormat(
      "Requested token count exceeds the model's maximum context length of %d tokens. You "
      "requested a total of %d tokens: %d tokens from the input messages and %d tokens for the "
      "completion. Please reduce the number of tokens in the input messages or the completion to "
      "fit within the limit.",
      tokens.max, tokens.prompt + tokens.output, tokens.prompt, tokens.output));
}

ApiError SglangWords::NegativeTemperature(double temperature) const {
  return BadRequest(absl::StrFormat("temperature must be a non-negative finite number, got %s.",
                                    PythonFloat(temperature)));
}

ApiError SglangWords::NotStreamed() const {
  return BadRequest("stream_options can only be used with stream.");
}

PlainReply FlatErrorReply(const ApiError& error) {
  PlainReply reply;
  reply.status = error.status;
  reply.body =
      absl::StrFormat(R"({"object":"error","message":%s,"type":%s,"param":null,"code":%d})",
                      QuotedText(error.message), QuotedText(error.type), error.status);
  return reply;
}

PlainReply NativeErrorReply(const ApiError& error) {
  PlainReply reply;
  reply.status = error.status;
  reply.body = absl::StrFormat(
      R"({"error":{"message":%s,"type":"invalid_request_error","code":%d,"retryable":false}})",
      QuotedText(error.message), error.status);
  return reply;
}

std::string FlatErrorEvent(const ApiError& error) {
  return absl::StrFormat(
      "data: {\"error\": {\"object\": \"error\", \"message\": %s, \"type\": %s, \"param\": null, "
      "\"code\": %d}}\n\n",
      QuotedText(error.message), QuotedText(error.type), error.status);
}

}  // namespace specctl::sim
