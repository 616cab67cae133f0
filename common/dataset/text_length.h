// Length of text in characters, and in tokens as far as it can be told without a tokenizer.
#pragma once

#include <cstdint>
#include <string_view>

namespace specctl {

struct TextLength {
  uint64_t characters = 0;  // Unicode code points
  uint64_t tokens = 0;      // an estimate, see MeasureText
};

// Estimate: 4 ASCII characters a token, 1.5 others; rounded up.  Near for English prose, up to a
// third low for code and numbers.  `text` is UTF-8.
TextLength MeasureText(std::string_view text);

// ASCII characters that MeasureText counts as one token.
inline constexpr uint64_t kCharactersPerToken = 4;

}  // namespace specctl
