#include "tools/sim/trtllm_words.h"

#include <absl/strings/str_format.h>

#include <string>
#include <utility>

#include "common/base/json_writer.h"
#include "tools/sim/python_float.h"
#include "tools/sim/python_path.h"
#include "tools/sim/sglang_words.h"

namespace specctl::sim {
namespace {

// What pydantic finds before the server sees the request.
constexpr std::string_view kValidation = "RequestValidationError";

ApiError ValidationFailed(std::string message) {
  return {.message = std::move(message), .type = std::string(kValidation)};
}

}  // namespace

const RequestWords& TrtllmRequestWords() {
  static const TrtllmWords words;
  return words;
}

ApiError TrtllmWords::Invalid(const InvalidField& field) const {
  return ValidationFailed(absl::StrFormat("[{'type': '%s', 'loc': %s, 'msg': '%s', 'input': %s%s}]",
                                          field.kind, PythonPath(field.where), field.text,
                                          field.input, field.more));
}

ApiError TrtllmWords::UnknownModel(std::string_view wanted, std::string_view) const {
  return {.message = absl::StrFormat("The model %s is not served.", wanted)};
}

ApiError TrtllmWords::TooFewTokens(int64_t asked) const {
  return {.message = absl::StrFormat("require max_tokens >= 1, got max_tokens=%d", asked)};
}

ApiError TrtllmWords::TooManyTokens(int64_t asked, uint64_t context_tokens_max) const {
  return {.message = absl::StrFormat("max_tokens (%d) exceeds max_seq_len (%d)", asked,
                                     context_tokens_max)};
}

ApiError TrtllmWords::PromptTooLong(uint64_t prompt_tokens, uint64_t context_tokens_max) const {
  return {.message = absl::StrFormat("The prompt length (%d) exceeds max_seq_len (%d)",
                                     prompt_tokens, context_tokens_max)};
}

ApiError TrtllmWords::ContextTooLong(const ContextTokens& tokens) const {
  return {.message = absl::StrFormat(
              "The sum of prompt length (%d) and max_tokens (%d) exceeds max_seq_len (%d)",
              tokens.prompt, tokens.output, tokens.max)};
}

ApiError TrtllmWords::NegativeTemperature(double temperature) const {
  return {.message = absl::StrFormat("require temperature >= 0, got temperature=%s",
                                     PythonFloat(temperature))};
}

ApiError TrtllmWords::NotStreamed() const {
  return Invalid({.kind = "value_error",
                  .where = "body",
                  .text = "Value error, Stream options can only be defined when stream is true.",
                  .input = "{}"});
}

PlainReply TrtllmErrorReply(const ApiError& error) {
  PlainReply reply = FlatErrorReply(error);
  if (error.type == kValidation) {
    reply.body = R"({"error":)";
    AppendJsonString(error.message, reply.body);
    reply.body += '}';
  }
  reply.vary_origin = false;
  return reply;
}

}  // namespace specctl::sim
