// Incremental parser of server-sent events (WHATWG HTML, section 9.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>

namespace specctl {

// Splits a byte stream into events, by the standard's rules: lines end in LF, CR LF or CR; several
// `data:` lines of an event are joined by LF; comments (lines that begin with a colon), `id` and
// `retry` are passed over; an event ends at a blank line; one that the stream's end cuts off is
// never returned.  A byte order mark at the start is skipped.
//
//   SseParser parser(/*event_bytes_max=*/16 << 20);
//   if (auto s = parser.Feed(bytes); !s.ok()) return s;
//   while (auto event = parser.Next()) Use(event->data);
//
// In the steady state (an event of one data line, whole in one piece) nothing is copied more than
// once and nothing is allocated.  Each view is followed by at least `kPadding` readable bytes, as
// the JSON parser wants.  Sans-I/O.  Not thread-safe.
class SseParser {
 public:
  static constexpr size_t kPadding = 64;
  struct Event {
    std::string_view name;  // the `event:` field; empty: "message"
    std::string_view data;
  };

  // `event_bytes_max`: the longest event accepted [bytes].
  explicit SseParser(size_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

  // Forgets everything; keeps the buffer's capacity.
  void Reset();
  // Appends `bytes`, split anywhere by the network.
  // RESOURCE_EXHAUSTED if an event grows past event_bytes_max.
  absl::Status Feed(std::string_view bytes);
  // The next whole event, or nullopt until more bytes are fed.  Views are valid until the next
  // Feed().
  std::optional<Event> Next();
  uint64_t comments() const { return comments_; }
  // Bytes fed that belong to no whole event yet.
  bool has_partial_event() const;

 private:
  const size_t event_bytes_max_;
  std::string buffer_;
  size_t consumed_ = 0;
  uint64_t comments_ = 0;
};

}  // namespace specctl
