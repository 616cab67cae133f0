#include "common/dataset/row_splitter.h"

#include <algorithm>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Whether `c` may change the state inside a string, or the line.
bool EndsPlain(char c) { return c == '"' || c == '\\' || c == '\n'; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

absl::Status RowSplitter::Feed(std::string_view bytes) {
  while (!bytes.empty()) {
    absl::Status fed;
    if (state_ == State::kLines) {
      fed = FeedLines(bytes);
    } else if (in_string_ && !escaped_ && !EndsPlain(bytes.front())) {
      // Most of a file is inside strings: taken in stretches, not byte by byte.
      fed = FeedString(bytes);
    } else {
      const char c = bytes.front();
      bytes.remove_prefix(1);
      fed = FeedByte(c);
      if (c == '\n') ++line_;
    }
    if (!fed.ok()) return fed;
  }
  return absl::OkStatus();
}

absl::Status RowSplitter::Finish() {
  // The last line may lack its end.
  if (state_ == State::kLines) return EmitRow();
  if (state_ == State::kArray) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%d: the JSON array ends without its closing bracket", line_));
  }
  return absl::OkStatus();
}

absl::Status RowSplitter::FeedByte(char c) {
  if (state_ == State::kStart) return FeedStart(c);
  if (state_ == State::kArray) return FeedArray(c);
  if (IsSpace(c)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrFormat("%d: text after the end of the JSON array", line_));
}

absl::Status RowSplitter::FeedStart(char c) {
  // Windows editors write the mark; it may come in several reads.
  if (line_ == 1 && bytes_begun_ < kByteOrderMark.size() && c == kByteOrderMark[bytes_begun_]) {
    ++bytes_begun_;
    return absl::OkStatus();
  }
  if (IsSpace(c)) return absl::OkStatus();
  row_line_ = line_;
  // A row is an object, so that a bracket can only begin a list of rows.
  if (c == '[') {
    state_ = State::kArray;
    return absl::OkStatus();
  }
  state_ = State::kLines;
  return Append(std::string_view(&c, 1));
}

absl::Status RowSplitter::FeedLines(std::string_view& bytes) {
  const size_t end = bytes.find('\n');
  if (absl::Status appended = Append(bytes.substr(0, end)); !appended.ok()) return appended;
  if (end == std::string_view::npos) {
    bytes = {};
    return absl::OkStatus();
  }
  bytes.remove_prefix(end + 1);
  absl::Status emitted = EmitRow();
  // An empty line counts, or the error's line would not be the editor's.
  row_line_ = ++line_;
  return emitted;
}

// The part of a string up to the next byte that matters.
absl::Status RowSplitter::FeedString(std::string_view& bytes) {
  const auto end = std::find_if(bytes.begin(), bytes.end(), EndsPlain);
  const auto size = static_cast<size_t>(end - bytes.begin());
  absl::Status appended = Append(bytes.substr(0, size));
  bytes.remove_prefix(size);
  return appended;
}

absl::Status RowSplitter::FeedArray(char c) {
  const bool at_top = depth_ == 0 && !in_string_;
  if (at_top && (c == ',' || c == ']')) return EndElement(c);
  // "{}{}": without this the two would go to the parser as one row.
  if (at_top && closed_ && !IsSpace(c)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%d: need a comma or ] after the previous row", line_));
  }
  if (in_string_) {
    in_string_ = escaped_ || c != '"';
    // A backslash after a backslash escapes nothing.
    escaped_ = !escaped_ && c == '\\';
  } else if (c == '"') {
    in_string_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if ((c == '}' || c == ']') && depth_ > 0) {
    closed_ = --depth_ == 0;
  }
  if (row_.empty()) {
    if (IsSpace(c)) return absl::OkStatus();
    row_line_ = line_;
  }
  return Append(std::string_view(&c, 1));
}

// At a comma or bracket between rows.
absl::Status RowSplitter::EndElement(char c) {
  const bool row_missing = Trimmed(row_).empty();
  // "[]" is well-formed; that it has no rows is reported by who counts them.
  const bool empty_array = c == ']' && !comma_before_;
  if (row_missing && !empty_array) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%d: a comma with no row %s it", line_, c == ']' ? "behind" : "before"));
  }
  if (c == ']') state_ = State::kAfterArray;
  comma_before_ = true;
  closed_ = false;
  return EmitRow();
}

absl::Status RowSplitter::Append(std::string_view bytes) {
  // A file without line ends, or one that is no JSON, would fill the memory.
  if (row_.size() + bytes.size() > row_bytes_max_) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%d: the row is longer than %d bytes; shorten it or leave it out",
                        row_line_, row_bytes_max_));
  }
  row_ += bytes;
  return absl::OkStatus();
}

absl::Status RowSplitter::EmitRow() {
  const std::string_view row = Trimmed(row_);
  const absl::Status emitted = row.empty() ? absl::OkStatus() : sink_(row_line_, row);
  row_.clear();
  return emitted;
}

}  // namespace specctl
