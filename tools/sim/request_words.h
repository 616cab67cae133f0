// RequestWords: what a server says to a request that it refuses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tools/sim/error_reply.h"

namespace specctl::sim {

// Engines check the same things and say different words.  Pure; thread-safe.
class RequestWords {
 public:
  virtual ~RequestWords() = default;

  // As FastAPI and pydantic say it, in the words of Invalid().  `at`: bytes that could be read.
  virtual ApiError NotJsonType() const;
  virtual ApiError NotJson(size_t at) const;
  virtual ApiError Invalid(const InvalidField& field) const = 0;
  virtual ApiError UnknownModel(std::string_view wanted, std::string_view served) const = 0;
  virtual ApiError TooFewTokens(int64_t asked) const = 0;
  virtual ApiError TooManyTokens(int64_t asked, uint64_t context_tokens_max) const = 0;
  virtual ApiError PromptTooLong(uint64_t prompt_tokens, uint64_t context_tokens_max) const = 0;
  virtual ApiError ContextTooLong(const ContextTokens& tokens) const = 0;
  virtual ApiError NegativeTemperature(double temperature) const = 0;
  // Options of a stream, and no stream.
  virtual ApiError NotStreamed() const = 0;
  // What every engine but the simulated one could do.
  ApiError OneChoiceOnly(std::string_view field, int64_t asked) const;
  ApiError OnePromptOnly() const;
};

}  // namespace specctl::sim
