#include "tools/sim/request_words.h"

#include <string>

#include <absl/strings/str_format.h>

namespace specctl::sim {

ApiError RequestWords::NotJsonType() const {
  return Invalid({.kind = "model_attributes_type",
                  .where = "body",
                  .text = "Input should be a valid dictionary or object to extract fields from",
                  .input = "''"});
}

ApiError RequestWords::NotJson(size_t at) const {
  const std::string where = absl::StrFormat("body.%d", at);
  return Invalid({.kind = "json_invalid",
                  .where = where,
                  .text = "JSON decode error",
                  .input = "{}",
                  .more = ", 'ctx': {'error': 'Expecting value'}"});
}

ApiError RequestWords::OneChoiceOnly(std::string_view field, int64_t asked) const {
  ApiError error;
  error.message = asked < 1 ? absl::StrFormat("%s must be at least 1, got %d.", field, asked)
                            : absl::StrFormat("%s: the simulated engine gives one choice, got %d.",
                                              field, asked);
  return error;
}

ApiError RequestWords::OnePromptOnly() const {
  return {.message = "prompt: the simulated engine takes one text or one list of token ids",
          .param = "prompt"};
}

}  // namespace specctl::sim
