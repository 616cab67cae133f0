#include "tools/sim/request_words.h"

#include <absl/strings/str_format.h>

namespace specctl::sim {

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
