// Incremental parser of server-sent events (WHATWG HTML, section 9.2).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>

namespace specctl {

// Splits a byte stream into events, by the standard's rules: lines end in LF, CR LF or CR; several
// `data:` lines of an event are joined by LF; comments (lines that begin with a colon), `id` and
// `retry` are passed over; an event ends at a blank line; one that the stream's end cuts off is
// never returned, nor is one whose data is empty: servers send such to keep a connection alive.
// But where an event has a name, it is returned without data too, and with its comments: servers
// tell of errors so.  A byte order mark at the start is skipped.
//
//   SseParser parser(/*event_bytes_max=*/16 << 20);
//   if (auto s = parser.Feed(bytes); !s.ok()) return s;
//   while (auto event = parser.Next()) Use(event->data);
//
// In the steady state (events of one data line, whole in what is fed) events are read where they
// lie: nothing is copied and nothing is allocated.  Each view is followed by `kPadding` readable
// bytes, as the JSON parser wants, if the fed bytes are.  Sans-I/O.  Not thread-safe.
class SseParser {
 public:
  static constexpr size_t kPadding = 64;
  static constexpr size_t kCommentBytesMax = 400;  // kept of an event's comments
  struct Event {
    std::string_view name;  // the `event:` field; empty: "message"
    std::string_view data;
    std::string_view comment;  // of an event with a name: its comments' text, joined by LF
  };

  // `event_bytes_max`: the longest event accepted [bytes].
  explicit SseParser(size_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

  // Forgets everything; keeps the buffer's capacity.
  void Reset();
  // Goes on with `bytes`, split anywhere by the network; they stay in place until Next() has
  // returned nullopt, and it must have before more is fed.
  // RESOURCE_EXHAUSTED if the first event that Next() has not returned is, as far as it was fed,
  // longer than event_bytes_max.
  absl::Status Feed(std::string_view bytes);
  // The next whole event, or nullopt until more bytes are fed.  `data` is valid until the next
  // Feed(), and no longer than the fed bytes; `name` and `comment` until the next Next().
  std::optional<Event> Next();
  // Nothing was fed behind the event that Next() returned last.
  bool at_end() const { return at_.line == end_; }
  uint64_t comments() const { return comments_; }
  // Bytes fed that belong to no whole event yet; to be asked when Next() has returned nullopt.
  bool has_partial_event() const { return at_.event != end_; }

 private:
  // Offsets into the text.
  struct Cursor {
    size_t event = 0;       // what the open event keeps begins here; all before is free
    size_t line = 0;        // the line not yet read
    size_t searched = 0;    // no line end before this
    bool after_cr = false;  // the last line ended in a CR that was the last byte fed: skip an LF
  };

  bool SkipByteOrderMark();
  std::optional<std::string_view> NextLine(Cursor& at) const;
  void TakeLine(std::string_view line);
  void TakeComment(std::string_view line);
  bool IsToBeReturned() const;
  void DropEvent();
  void TakeData(std::string_view value);
  Event CloseEvent();
  bool FirstEventIsTooLong() const;
  void Keep(size_t room);

  const char* text_ = nullptr;  // what was fed last, or, from a part of an event on, buffer_
  size_t end_ = 0;              // of the text
  Cursor at_;
  bool begun_ = false;  // past the byte order mark
  bool has_data_ = false;
  size_t data_begin_ = 0, data_end_ = 0;  // the open event's data, joined in the buffer
  std::string name_, returned_name_;
  std::string comment_, returned_comment_;  // the open event's
  uint64_t comments_ = 0;
  const size_t event_bytes_max_;
  std::unique_ptr<char[]> buffer_;  // kPadding bytes longer than its text
  size_t capacity_ = 0;
};

}  // namespace specctl
