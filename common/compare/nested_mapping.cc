#include "common/compare/nested_mapping.h"

#include <algorithm>
#include <optional>

#include <absl/strings/str_format.h>

#include "common/base/printable.h"

namespace specctl {
namespace {

// Far more than floors need; a hostile file must not exhaust the stack.
constexpr int kDepthMax = 8;

struct Line {
  int number = 0;
  size_t indent = 0;
  std::string_view text;  // without indent, comment and trailing spaces; not empty
};

absl::Status WrongLine(int line, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrFormat("%d: %s", line, what));
}

void TrimEnd(std::string_view& text) {
  // \r: files from Windows.
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
}

// A # in quotes, or without a space before it, begins no comment.
std::string_view WithoutComment(std::string_view text) {
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t')) {
      return text.substr(0, i);
    }
  }
  return text;
}

absl::StatusOr<std::vector<Line>> LinesOf(std::string_view text) {
  std::vector<Line> lines;
  int number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const size_t indent = std::min(line.find_first_not_of(' '), line.size());
    line = WithoutComment(line.substr(indent));
    TrimEnd(line);
    // "---" begins a YAML document; a second one would be another document, and is an error.
    if (line.empty() || (indent == 0 && line == "---" && lines.empty())) continue;
    // YAML forbids tabs in indents: their width is anybody's guess.
    if (line.front() == '\t') return WrongLine(number, "indented by a tab: use spaces");
    lines.push_back({.number = number, .indent = indent, .text = line});
  }
  return lines;
}

class MappingReader {
 public:
  explicit MappingReader(std::vector<Line> lines) : lines_(std::move(lines)) {}

  absl::StatusOr<NestedMapping> Read() {
    if (lines_.empty()) return WrongLine(1, "empty: need keys and values");
    absl::StatusOr<NestedMapping> mapping = ReadBlock(lines_.front().indent, 1);
    // The outermost block ended early: a line is left of the first one's indent.
    if (mapping.ok() && next_ < lines_.size()) {
      return WrongLine(lines_[next_].number, "indented less than the lines it belongs to");
    }
    return mapping;
  }

 private:
  // Lines of that indent, and what is below them.
  absl::StatusOr<NestedMapping> ReadBlock(size_t indent, int depth) {
    NestedMapping mapping;
    while (next_ < lines_.size() && lines_[next_].indent >= indent) {
      const Line line = lines_[next_++];
      if (line.indent > indent)
        return WrongLine(line.number, "indented more than the line before it");
      rest_ = line.text;
      number_ = line.number;
      NestedMapping::Entry entry;
      if (absl::Status key = ReadKey(entry); !key.ok()) return key;
      if (absl::Status value = ReadValue(indent, depth, entry); !value.ok()) return value;
      if (absl::Status added = AddEntry(std::move(entry), mapping); !added.ok()) return added;
    }
    return mapping;
  }

  // After the key of a line: a value there, or the block below it.
  absl::Status ReadValue(size_t indent, int depth, NestedMapping::Entry& entry) {
    if (rest_.empty()) {
      // YAML has null here; a floor without a value is a slip.
      const bool deeper = next_ < lines_.size() && lines_[next_].indent > indent;
      if (!deeper)
        return WrongLine(entry.line, absl::StrFormat("%s has no value", Printable(entry.key)));
      if (depth >= kDepthMax) return WrongLine(entry.line, "nested too deeply");
      // The block's first line sets its indent, as in YAML; any depth will do.
      absl::StatusOr<NestedMapping> below = ReadBlock(lines_[next_].indent, depth + 1);
      if (!below.ok()) return below.status();
      entry.is_mapping = true;
      entry.mapping = *std::move(below);
      return absl::OkStatus();
    }
    if (absl::Status read = ReadInline(depth, "", entry); !read.ok()) return read;
    if (rest_.empty()) return absl::OkStatus();
    return WrongLine(number_, absl::StrFormat("unexpected \"%s\"", Printable(rest_)));
  }

  // A scalar, which ends before one of `ends`, or a mapping in braces.
  absl::Status ReadInline(int depth, std::string_view ends, NestedMapping::Entry& entry) {
    if (!rest_.starts_with('{')) return ReadScalar(ends, entry.scalar);
    if (depth >= kDepthMax) return WrongLine(entry.line, "nested too deeply");
    rest_.remove_prefix(1);
    entry.is_mapping = true;
    SkipSpace();
    // A comma before the closing brace is allowed, as in YAML.
    while (!TakeChar('}')) {
      NestedMapping::Entry inner;
      if (absl::Status key = ReadKey(inner); !key.ok()) return key;
      if (absl::Status value = ReadInline(depth + 1, ",}", inner); !value.ok()) return value;
      if (absl::Status added = AddEntry(std::move(inner), entry.mapping); !added.ok()) return added;
      SkipSpace();
      if (TakeChar(',')) {
        SkipSpace();
      } else if (!rest_.starts_with('}')) {
        return WrongLine(number_, "need , or } in the braces, on the line where they begin");
      }
    }
    SkipSpace();
    return absl::OkStatus();
  }

  absl::Status ReadKey(NestedMapping::Entry& entry) {
    entry.line = number_;
    if (rest_.starts_with('-') || rest_.starts_with('[')) {
      return WrongLine(number_, "lists are not read: need KEY: VALUE");
    }
    if (absl::Status key = ReadScalar(":", entry.key); !key.ok()) return key;
    if (!TakeChar(':')) {
      return WrongLine(number_,
                       absl::StrFormat("need KEY: VALUE, got \"%s\"", Printable(entry.key)));
    }
    // "3:2.5" is one scalar in YAML, not a key and a value.
    if (!rest_.empty() && rest_.front() != ' ' && rest_.front() != '{') {
      return WrongLine(number_, "need a space after the colon");
    }
    SkipSpace();
    return absl::OkStatus();
  }

  absl::Status ReadScalar(std::string_view ends, std::string& scalar) {
    if (rest_.starts_with('"') || rest_.starts_with('\'')) {
      const size_t end = rest_.find(rest_.front(), 1);
      if (end == std::string_view::npos) return WrongLine(number_, "a quote that is not closed");
      scalar = rest_.substr(1, end - 1);
      rest_.remove_prefix(end + 1);
      SkipSpace();
      return absl::OkStatus();
    }
    const size_t end = std::min(rest_.find_first_of(ends), rest_.size());
    std::string_view plain = rest_.substr(0, end);
    TrimEnd(plain);
    rest_.remove_prefix(end);
    if (plain.empty()) return WrongLine(number_, "a key or value is missing");
    scalar = plain;
    return absl::OkStatus();
  }

  absl::Status AddEntry(NestedMapping::Entry entry, NestedMapping& mapping) {
    for (const NestedMapping::Entry& other : mapping.entries) {
      // YAML parsers silently take the last one: a floor would be lost.
      if (other.key != entry.key) continue;
      return WrongLine(entry.line, absl::StrFormat("%s appears twice, first on line %d",
                                                   Printable(entry.key), other.line));
    }
    mapping.entries.push_back(std::move(entry));
    return absl::OkStatus();
  }

  void SkipSpace() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }
  bool TakeChar(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  const std::vector<Line> lines_;
  size_t next_ = 0;
  std::string_view rest_;  // of the line that is read
  int number_ = 0;
};

}  // namespace

absl::StatusOr<NestedMapping> ParseNestedMapping(std::string_view text) {
  absl::StatusOr<std::vector<Line>> lines = LinesOf(text);
  if (!lines.ok()) return lines.status();
  return MappingReader(*std::move(lines)).Read();
}

}  // namespace specctl
