#include "common/report/text_layout.h"

#include <algorithm>
#include <cstdint>

namespace specctl {

size_t ColumnsOf(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

std::string PadLeft(std::string_view text, size_t columns) {
  const size_t width = ColumnsOf(text);
  return std::string(columns > width ? columns - width : 0, ' ') + std::string(text);
}

std::string PadRight(std::string_view text, size_t columns) {
  const size_t width = ColumnsOf(text);
  return std::string(text) + std::string(columns > width ? columns - width : 0, ' ');
}

std::string Printable(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    // C1 controls (U+0080..U+009F) begin escape sequences on some terminals.
    const bool c1 = byte == 0xC2 && i + 1 < text.size() &&
                    static_cast<uint8_t>(text[i + 1]) >= 0x80 &&
                    static_cast<uint8_t>(text[i + 1]) < 0xA0;
    if (c1) ++i;
    out += c1 || byte < 0x20 || byte == 0x7F ? '?' : text[i];
  }
  return out;
}

void AppendFlow(const FlowStyle& style, std::span<const std::string> items, std::string& out) {
  std::string line = PadRight(style.label, style.label_columns);
  bool empty = true;
  for (const std::string& item : items) {
    const size_t needed = ColumnsOf(line) + ColumnsOf(style.separator) + ColumnsOf(item);
    if (!empty && needed > kPageColumns) {
      const size_t end = line.find_last_not_of(' ') + 1;
      out.append(line, 0, end);
      out += '\n';
      line.assign(style.label_columns, ' ');
      empty = true;
    }
    if (!empty) line += style.separator;
    line += item;
    empty = false;
  }
  out.append(line, 0, line.find_last_not_of(' ') + 1);
  out += '\n';
}

void AppendProse(std::string_view label, std::string_view text, std::string& out) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  AppendFlow({.label = label, .separator = " "}, words, out);
}

}  // namespace specctl
