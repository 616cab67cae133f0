// SglangWords: refusals of SGLang 0.5.23.
#pragma once

#include "tools/sim/request_words.h"

namespace specctl::sim {

class SglangWords final : public RequestWords {
 public:
  ApiError Invalid(const InvalidField& field) const override;
  // Not called: SGLang takes any model for its own.
  ApiError UnknownModel(std::string_view wanted, std::string_view served) const override;
  ApiError TooFewTokens(int64_t asked) const override;
  ApiError TooManyTokens(int64_t asked, uint64_t context_tokens_max) const override;
  ApiError PromptTooLong(uint64_t prompt_tokens, uint64_t context_tokens_max) const override;
  ApiError ContextTooLong(const ContextTokens& tokens) const override;
  ApiError NegativeTemperature(double temperature) const override;
  // Not called: SGLang ignores options of a stream that is none.
  ApiError NotStreamed() const override;
};

const RequestWords& SglangRequestWords();

// {"object":"error","message":..,"type":..,"param":null,"code":..}
PlainReply FlatErrorReply(const ApiError& error);
// {"error":{"message":..,"type":"invalid_request_error","code":..,"retryable":false}}, of
// /generate.
PlainReply NativeErrorReply(const ApiError& error);
// As the first, nested and with Python's blanks, as one event of a stream.
std::string FlatErrorEvent(const ApiError& error);

}  // namespace specctl::sim
