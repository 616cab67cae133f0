#include "common/engine/utf8_text.h"

#include <algorithm>
#include <cstdint>

namespace specctl {
namespace {

constexpr std::string_view kReplacementText = "\xEF\xBF\xBD";

uint8_t ByteAt(std::string_view text, size_t at) {
  return at < text.size() ? static_cast<uint8_t>(text[at]) : 0;
}

bool IsTail(uint8_t byte) { return (byte & 0xC0) == 0x80; }

// Bytes of the character that `text`, which is not empty, begins with; 0: it begins with none
// (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
size_t CharacterLength(std::string_view text) {
  const uint8_t first = ByteAt(text, 0), second = ByteAt(text, 1);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !IsTail(second)) return 0;
  if (first < 0xE0) return 2;
  if (!IsTail(ByteAt(text, 2))) return 0;
  if (first < 0xF0) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second >= 0xA0;
    return overlong || surrogate ? 0 : 3;
  }
  const bool overlong = first == 0xF0 && second < 0x90;
  const bool too_large = first == 0xF4 && second >= 0x90;
  return overlong || too_large || !IsTail(ByteAt(text, 3)) ? 0 : 4;
}

}  // namespace

void AppendAsUtf8(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    if (length == 0) {
      out += kReplacementText;
    } else if (ByteAt(text, 0) < 0x20) {
      out += ' ';
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
}

}  // namespace specctl
