#include "tools/sim/vllm_words.h"

#include <absl/strings/str_format.h>

#include <string>
#include <utility>

#include "tools/sim/python_float.h"

namespace specctl::sim {
namespace {

// A check of vLLM's own: " (parameter=<param>, value=<value>)" is added to the message.
ApiError ParameterError(std::string_view message, std::string_view param, std::string_view value) {
  ApiError error;
  error.message = absl::StrFormat("%s (parameter=%s, value=%s)", message, param, value);
  error.param = std::string(param);
  return error;
}

}  // namespace

const RequestWords& VllmRequestWords() {
  static const VllmWords words;
  return words;
}

ApiError VllmWords::NotJsonType() const {
  ApiError error;
  error.message =
      "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed";
  error.type = "Bad Request";
  return error;
}

ApiError VllmWords::NotJson(size_t at) const {
  const std::string where = absl::StrFormat("body.%d", at);
  return Invalid({.kind = "json_invalid",
                  .where = where,
                  .text = "JSON decode error",
                  .input = "'<dict of 0 items>'",
                  .more = ", 'ctx': {'error': 'Expecting value'}"});
}

ApiError VllmWords::Invalid(const InvalidField& field) const {
  ApiError error;
  error.message = absl::StrFormat(
      "1 validation error:\n  {'type': '%s', 'loc': '%s', 'msg': '%s', 'input': %s%s}", field.kind,
      field.where, field.text, field.input, field.more);
  error.type = "Bad Request";
  error.param = std::string(field.where);
  return error;
}

ApiError VllmWords::UnknownModel(std::string_view wanted, std::string_view served) const {
  return {.status = 404,
          .message =
              absl::StrFormat("The model `%s` does not exist. Valid aliases: %s.", wanted, served),
          .type = "NotFoundError",
          .param = "model"};
}

ApiError VllmWords::TooFewTokens(int64_t asked) const {
  const std::string shown = absl::StrFormat("%d", asked);
  return ParameterError(absl::StrFormat("max_tokens must be at least 1, got %s.", shown),
                        "max_tokens", shown);
}

ApiError VllmWords::TooManyTokens(int64_t asked, uint64_t context_tokens_max) const {
  const std::string shown = absl::StrFormat("%d", asked);
  return ParameterError(
      absl::StrFormat("max_tokens=%s cannot be greater than max_model_len=%d. Please request "
                      "fewer output tokens.",
                      shown, context_tokens_max),
      "max_tokens", shown);
}

ApiError VllmWords::PromptTooLong(uint64_t, uint64_t context_tokens_max) const {
  // vLLM stops counting at one token too many.
  const std::string at_least = absl::StrFormat("%d", context_tokens_max + 1);
  return ParameterError(
      absl::StrFormat("This model's maximum context length is %d tokens. However, your prompt "
                      "contains at least %s input tokens, which exceeds this limit even without "
                      "any output tokens. Please reduce the length of the input prompt.",
                      context_tokens_max, at_least),
      "input_tokens", at_least);
}

ApiError VllmWords::ContextTooLong(const ContextTokens& tokens) const {
  return ParameterError(
      absl::StrFormat("This model's maximum context length is %d tokens. However, you requested %d "
                      "output tokens and your prompt contains at least %d input tokens, for a "
                      "total of at least %d tokens. Please reduce the length of the input prompt "
                      "or the number of requested output tokens.",
                      tokens.max, tokens.output, tokens.prompt, tokens.prompt + tokens.output),
      "input_tokens", absl::StrFormat("%d", tokens.prompt));
}

ApiError VllmWords::NegativeTemperature(double temperature) const {
  const std::string shown = PythonFloat(temperature);
  return ParameterError(absl::StrFormat("temperature must be non-negative, got %s.", shown),
                        "temperature", shown);
}

ApiError VllmWords::NotStreamed() const {
  ApiError error;
  error.message =
      "Stream options can only be defined when `stream=True`. (parameter=stream_options)";
  error.param = "stream_options";
  return error;
}

}  // namespace specctl::sim
