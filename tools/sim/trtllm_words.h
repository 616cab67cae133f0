// TrtllmWords: refusals of TensorRT-LLM's trtllm-serve.
#pragma once

#include "tools/sim/request_words.h"

namespace specctl::sim {

class TrtllmWords final : public RequestWords {
 public:
  ApiError Invalid(const InvalidField& field) const override;
  // Not called: any model is taken.
  ApiError UnknownModel(std::string_view wanted, std::string_view served) const override;
  ApiError TooFewTokens(int64_t asked) const override;
  ApiError TooManyTokens(int64_t asked, uint64_t context_tokens_max) const override;
  ApiError PromptTooLong(uint64_t prompt_tokens, uint64_t context_tokens_max) const override;
  ApiError ContextTooLong(const ContextTokens& tokens) const override;
  ApiError NegativeTemperature(double temperature) const override;
  ApiError NotStreamed() const override;
};

const RequestWords& TrtllmRequestWords();

// A request that does not have the form of one is {"error":"<text>"}; other errors are flat
// objects.
PlainReply TrtllmErrorReply(const ApiError& error);

}  // namespace specctl::sim
