// LlamacppWords: refusals of llama.cpp's llama-server.
#pragma once

#include "tools/sim/request_words.h"

namespace specctl::sim {

class LlamacppWords final : public RequestWords {
 public:
  ApiError NotJsonType() const override;
  ApiError NotJson(size_t at) const override;
  ApiError Invalid(const InvalidField& field) const override;
  // Not called: the model that is asked for is ignored, and what is beyond the context is cut.
  ApiError UnknownModel(std::string_view wanted, std::string_view served) const override;
  ApiError TooFewTokens(int64_t asked) const override;
  ApiError TooManyTokens(int64_t asked, uint64_t context_tokens_max) const override;
  ApiError ContextTooLong(const ContextTokens& tokens) const override;
  ApiError PromptTooLong(uint64_t prompt_tokens, uint64_t context_tokens_max) const override;
  ApiError NegativeTemperature(double temperature) const override;
  ApiError NotStreamed() const override;
};

const RequestWords& LlamacppRequestWords();

// {"error":{"code":400,"message":..,"type":..}}; of other statuses the code comes last.
PlainReply LlamacppErrorReply(const ApiError& error);

}  // namespace specctl::sim
