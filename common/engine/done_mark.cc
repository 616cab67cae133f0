#include "common/engine/done_mark.h"

#include <absl/strings/ascii.h>

#include <algorithm>

namespace specctl {

std::string_view TrimmedText(std::string_view text) {
  constexpr std::string_view kWhiteSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) + 1 - begin);
}

bool IsOtherDoneMark(std::string_view payload) {
  const bool quoted = payload.size() > 2 && payload.front() == '"' && payload.back() == '"';
  if (quoted) payload = TrimmedText(payload.substr(1, payload.size() - 2));
  return std::equal(payload.begin(), payload.end(), kDoneMark.begin(), kDoneMark.end(),
                    [](char c, char of_mark) {
                      return absl::ascii_toupper(static_cast<unsigned char>(c)) == of_mark;
                    });
}

bool EndsInDoneMark(std::string_view stream) {
  constexpr std::string_view kField = "data:";
  if (!stream.ends_with('\n')) return false;
  stream = TrimmedText(stream);
  std::string_view line = stream.substr(stream.rfind('\n') + 1);
  if (!line.starts_with(kField)) return false;
  line = TrimmedText(line.substr(kField.size()));
  return line == kDoneMark || IsOtherDoneMark(line);
}

}  // namespace specctl
