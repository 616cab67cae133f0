// RowSplitter: bytes of a dataset file -> its rows, for JSON lines and for one JSON array.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <absl/status/status.h>

namespace specctl {

// Longest row that is read.  A prompt of a million tokens of English text fits.
inline constexpr size_t kRowBytesMax = 4 * 1024 * 1024;

// Takes the file in parts of any size and hands on each row as soon as it is complete; holds one
// row at most.  A file whose first byte other than white space (and a byte-order mark) is '[' is
// one JSON array, whose elements are the rows; any other is JSON lines, where blank lines are no
// rows.  Rows are not parsed: a row is the text between line ends, or between the array's commas.
//
// Errors carry the line, "LINE: what", and are final.
// INVALID_ARGUMENT  a row longer than `row_bytes_max`; an array that is not closed, is followed by
//                   other text, or has a comma too many or too few
class RowSplitter {
 public:
  // `line`: 1-based, where the row begins.  An error of the sink ends Feed and Finish.
  using Sink = std::function<absl::Status(uint64_t line, std::string_view row)>;

  explicit RowSplitter(Sink sink, size_t row_bytes_max = kRowBytesMax)
      : sink_(std::move(sink)), row_bytes_max_(row_bytes_max) {}

  absl::Status Feed(std::string_view bytes);
  // Call once, after the last byte.
  absl::Status Finish();

 private:
  enum class State { kStart, kLines, kArray, kAfterArray };

  absl::Status FeedByte(char c);
  absl::Status FeedString(std::string_view& bytes);
  absl::Status FeedStart(char c);
  absl::Status FeedLines(std::string_view& bytes);
  absl::Status FeedArray(char c);
  absl::Status EndElement(char c);
  absl::Status Append(std::string_view bytes);
  absl::Status EmitRow();

  const Sink sink_;
  const size_t row_bytes_max_;
  State state_ = State::kStart;
  std::string row_;
  uint64_t line_ = 1;
  uint64_t row_line_ = 1;
  size_t bytes_begun_ = 0;     // of a byte-order mark
  bool comma_before_ = false;  // in the array
  bool closed_ = false;        // the array's element is whole
  // Inside an array's element:
  uint64_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace specctl
