#include "common/report/text_layout.h"

#include <algorithm>
#include <cstdint>

namespace specctl {
namespace {

// Where what is broken off `line` goes on: under its first item, behind the label, but not so far
// to the right that nothing fits.
size_t IndentOf(std::string_view line) {
  constexpr size_t kIndentMax = 25;
  const size_t label = std::min(line.find_first_not_of(' '), line.size());
  size_t item = label;
  if (label < kLabelColumns) {
    const size_t gap = std::min(line.find("  ", label), line.size());
    item = std::min(line.find_first_not_of(' ', gap), line.size());
  }
  return item > kIndentMax ? (label < kLabelColumns ? kLabelColumns : kIndentMax) : item;
}

// Where to break `line` so that at most `columns` stand before: the last gap between items behind
// the first `indent` characters, else the last space; npos: nowhere.
size_t BreakOf(std::string_view line, size_t indent, size_t columns) {
  size_t gap = std::string_view::npos, space = std::string_view::npos;
  size_t column = 0;
  for (size_t i = 0; i < line.size() && column <= columns; ++i) {
    // Breaking inside the label, or at the indent, would loop for ever.
    const bool behind_label = i > indent && line[i] == ' ' && line[i - 1] != ' ';
    if (behind_label) space = i;
    if (behind_label && i + 1 < line.size() && line[i + 1] == ' ') gap = i;
    if ((static_cast<uint8_t>(line[i]) & 0xC0) != 0x80) ++column;
  }
  return gap != std::string_view::npos ? gap : space;
}

void AppendFitted(std::string line, size_t columns, std::string& out) {
  const size_t indent = IndentOf(line);
  while (ColumnsOf(line) > columns) {
    const size_t at = BreakOf(line, indent, columns);
    // A word that is longer than the line stays whole: it may be a path to copy.
    if (at == std::string::npos) break;
    const size_t next = line.find_first_not_of(' ', at);
    out += line.substr(0, at) + "\n";
    line = std::string(indent, ' ') + line.substr(next);
  }
  out += line;
}

}  // namespace

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

void AppendFlow(const FlowStyle& style, std::span<const std::string> items, std::string& out) {
  std::string line = PadRight(style.label, style.label_columns);
  bool empty = true;
  for (const std::string& item : items) {
    const size_t needed = ColumnsOf(line) + ColumnsOf(style.separator) + ColumnsOf(item);
    // The first item of a line stays, however long it is.
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

std::string FitLines(std::string_view text, size_t columns) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    AppendFitted(std::string(text.substr(0, end)), columns, out);
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace specctl
