#include "common/dataset/row_syntax.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <absl/strings/str_format.h>
#include <boost/json.hpp>

namespace specctl {
namespace {

constexpr size_t kShownBytes = 24;
// simdjson's own default.
constexpr size_t kDepthMax = 1024;

// Where a second parser stops, which unlike simdjson says where.
struct Stop {
  boost::json::error_code error;
  size_t at = 0;
};

Stop StopOf(std::string_view row) {
  boost::json::parse_options options;
  options.max_depth = kDepthMax;
  boost::json::stream_parser parser({}, options);
  Stop stop;
  stop.at = parser.write_some(row.data(), row.size(), stop.error);
  if (!stop.error && stop.at < row.size()) stop.error = boost::json::error::extra_data;
  // Reports `incomplete` for a row that ends too early.
  if (!stop.error && !parser.done()) parser.finish(stop.error);
  return stop;
}

std::string Shown(std::string_view text) {
  return absl::StrFormat("\"%s%s\"", std::string(text.substr(0, kShownBytes)),
                         text.size() > kShownBytes ? "..." : "");
}

// "byte 14": where `row` has the word, which is no JSON, else empty.
std::string NotANumber(std::string_view row, size_t at) {
  constexpr std::array<std::string_view, 6> kWords = {"NaN", "nan",       "Infinity",
                                                      "inf", "-Infinity", "-inf"};
  for (const std::string_view word : kWords) {
    const size_t from = at > word.size() ? at - word.size() : 0;
    const size_t found = row.find(word, from);
    if (found != std::string_view::npos && found <= at) {
      return absl::StrFormat("%s at byte %d is not a JSON number", std::string(word), found + 1);
    }
  }
  return "";
}

// A "\uD83D" without its other half; npos: none.
size_t LoneSurrogate(std::string_view row) {
  const auto unit_at = [&](size_t i) -> uint32_t {
    if (row.substr(i, 2) != "\\u" || i + 6 > row.size()) return 0;
    uint32_t unit = 0;
    for (const char c : row.substr(i + 2, 4)) {
      const bool digit = c >= '0' && c <= '9';
      const char letter = static_cast<char>(c | 0x20);
      if (!digit && (letter < 'a' || letter > 'f')) return 0;
      unit = unit * 16 + static_cast<uint32_t>(digit ? c - '0' : letter - 'a' + 10);
    }
    return unit;
  };
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i] != '\\') continue;
    const uint32_t unit = unit_at(i);
    const bool high = unit >= 0xD800 && unit < 0xDC00;
    const uint32_t next = high ? unit_at(i + 6) : 0;
    if (high && next >= 0xDC00 && next < 0xE000) {
      // A whole pair has 12 characters; the loop adds the last.
      i += 11;
    } else if (high || (unit >= 0xDC00 && unit < 0xE000)) {
      return i;
    } else {
      ++i;  // what is escaped is not looked at
    }
  }
  return std::string_view::npos;
}

std::string BehindIt(std::string_view row, size_t at) {
  // Old Mac line ends: the splitter took the whole file for one line.
  if (row.substr(0, at + 1).find('\r') != std::string_view::npos) {
    return "its lines end with CR only; convert them, e.g. with tr '\\r' '\\n'";
  }
  std::string_view rest = row.substr(at);
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  // A JSON array whose brackets were removed.
  if (rest == ",") return "a comma follows it: JSON lines have no commas between rows";
  if (rest.starts_with('{') || rest.starts_with('[')) {
    return "another row is on the same line: put each row on a line of its own";
  }
  return "there is more after it: " + Shown(rest);
}

}  // namespace

std::string WhyNotJson(std::string_view row) {
  if (row.starts_with("\xEF\xBB\xBF")) {
    return "a byte-order mark precedes it, as happens when files are joined; remove it";
  }
  if (row.find('\0') != std::string_view::npos) {
    return "it holds NUL bytes: the file is damaged, or not UTF-8 (if it is UTF-16: iconv -f "
           "UTF-16LE -t UTF-8)";
  }
  if (const size_t at = LoneSurrogate(row); at != std::string_view::npos) {
    return absl::StrFormat(
        "%s at byte %d is half a character (a lone surrogate); write the whole character, or "
        "remove it",
        std::string(row.substr(at, 6)), at + 1);
  }
  const Stop stop = StopOf(row);
  if (!stop.error) return "it holds a number too large for a double, or nests too deeply";
  if (stop.error == boost::json::error::incomplete) {
    return "it ends too early: each row must be on a single line (jq -c . FILE puts it there)";
  }
  if (stop.error == boost::json::error::extra_data) return BehindIt(row, stop.at);
  // Python's json.dumps writes NaN and Infinity without a word.
  const std::string number = NotANumber(row, stop.at);
  if (!number.empty()) return number;
  const std::string_view rest = row.substr(std::min(stop.at, row.size()));
  if (!rest.empty() && static_cast<uint8_t>(rest.front()) < 0x20) {
    return absl::StrFormat("an unescaped control character (0x%02x) at byte %d",
                           static_cast<unsigned>(rest.front()), stop.at + 1);
  }
  return absl::StrFormat("%s at byte %d, before %s", stop.error.message(), stop.at + 1,
                         Shown(rest));
}

}  // namespace specctl
