#include "common/dataset/text_length.h"

namespace specctl {

TextLength MeasureText(std::string_view text) {
  uint64_t ascii = 0;
  uint64_t others = 0;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x80) {
      ++ascii;
    } else if (byte >= 0xC0) {  // a lead byte: the others of the sequence follow it
      ++others;
    }
  }
  // In twelfths of a token: 3 for an ASCII character, 8 for another.
  return {.characters = ascii + others, .tokens = (ascii * 3 + others * 8 + 11) / 12};
}

}  // namespace specctl
