#include "common/engine/json_string.h"

#include <charconv>
#include <cstdint>
#include <optional>

namespace specctl {
namespace {

constexpr uint32_t kReplacement = 0xFFFD;

bool IsHighSurrogate(uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLowSurrogate(uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

void AppendUtf8(uint32_t code_point, std::string& out) {
  const auto add = [&out](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  const auto add_tail = [&](int shift) { add(0x80 | ((code_point >> shift) & 0x3F)); };
  if (code_point < 0x80) {
    add(code_point);
  } else if (code_point < 0x800) {
    add(0xC0 | (code_point >> 6));
    add_tail(0);
  } else if (code_point < 0x10000) {
    add(0xE0 | (code_point >> 12));
    add_tail(6);
    add_tail(0);
  } else {
    add(0xF0 | (code_point >> 18));
    add_tail(12);
    add_tail(6);
    add_tail(0);
  }
}

// The unit of a "\uXXXX" at the start of `raw`.
std::optional<uint32_t> Unit(std::string_view raw) {
  if (raw.size() < 6 || !raw.starts_with("\\u")) return std::nullopt;
  uint32_t unit = 0;
  const auto [end, error] = std::from_chars(raw.data() + 2, raw.data() + 6, unit, 16);
  if (error != std::errc() || end != raw.data() + 6) return std::nullopt;
  return unit;
}

// Takes one or two units off `raw`.
bool TakeCodePoint(std::string_view& raw, std::string& out) {
  const auto unit = Unit(raw);
  if (!unit) return false;
  raw.remove_prefix(6);
  if (!IsHighSurrogate(*unit)) {
    AppendUtf8(IsLowSurrogate(*unit) ? kReplacement : *unit, out);
    return true;
  }
  const auto low = Unit(raw);
  if (!low || !IsLowSurrogate(*low)) {
    AppendUtf8(kReplacement, out);
    return true;
  }
  raw.remove_prefix(6);
  AppendUtf8(0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00), out);
  return true;
}

}  // namespace

bool UnescapeJson(std::string_view raw, std::string& out) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  while (true) {
    const size_t at = raw.find('\\');
    out.append(raw.substr(0, at));
    if (at == std::string_view::npos) return true;
    raw.remove_prefix(at);
    if (raw.size() < 2) return false;
    if (const size_t which = kNames.find(raw[1]); which != std::string_view::npos) {
      out.push_back(kMeanings[which]);
      raw.remove_prefix(2);
    } else if (!TakeCodePoint(raw, out)) {
      return false;
    }
  }
}

}  // namespace specctl
