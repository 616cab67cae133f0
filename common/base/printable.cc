#include "common/base/printable.h"

#include <cstdint>

#include "common/base/utf8.h"

namespace specctl {
namespace {

// The code point of a valid sequence.
char32_t CodePoint(std::string_view sequence) {
  const auto lead = static_cast<uint8_t>(sequence.front());
  if (sequence.size() == 1) return lead;
  // The lead byte's mark is one bit longer than the sequence has bytes.
  char32_t value = lead & (0xFFu >> (sequence.size() + 1));
  for (const char c : sequence.substr(1)) value = value << 6 | (static_cast<uint8_t>(c) & 0x3Fu);
  return value;
}

bool IsUnsafe(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool separator = c == 0x2028 || c == 0x2029;
  // Overrides, embeddings and isolates: what is read is not what is written.
  const bool direction = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
                         c == 0x200E || c == 0x200F || c == 0x061C;
  return control || separator || direction;
}

std::string Made(std::string_view text, bool keep_line_feeds) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t length = Utf8SequenceLength(text);
    const std::string_view sequence = text.substr(0, length == 0 ? 1 : length);
    const bool kept = keep_line_feeds && text.front() == '\n';
    if (kept || (length > 0 && !IsUnsafe(CodePoint(sequence)))) {
      out += sequence;
    } else {
      // A byte of an invalid sequence each, so that the width stays about the same.
      out += '?';
    }
    text.remove_prefix(sequence.size());
  }
  return out;
}

}  // namespace

std::string Printable(std::string_view text) { return Made(text, false); }
std::string PrintableLines(std::string_view text) { return Made(text, true); }

}  // namespace specctl
