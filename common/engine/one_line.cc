#include "common/engine/one_line.h"

#include <simdjson.h>

#include <algorithm>

namespace specctl {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string OneLine(std::string_view text, size_t bytes_max) {
  std::string line;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) > ' ' && c != 0x7f) {
      line.push_back(c);
    } else if (!line.empty() && line.back() != ' ') {
      line.push_back(' ');
    }
    if (line.size() > bytes_max) break;
  }
  if (line.size() > bytes_max) {
    size_t cut = bytes_max - 3;
    while (cut > 0 && IsContinuation(line[cut])) --cut;
    line.resize(cut);
    line += "...";
  }
  while (line.ends_with(' ')) line.pop_back();
  if (!simdjson::validate_utf8(line.data(), line.size())) {
    std::replace_if(
        line.begin(), line.end(), [](char c) { return (c & 0x80) != 0; }, '?');
  }
  return line;
}

}  // namespace specctl
