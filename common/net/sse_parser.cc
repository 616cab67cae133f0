#include "common/net/sse_parser.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace specctl {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kFirstCapacity = 1024;  // an event of a usual stream, and more

// The value of field `name` if that is what `line` holds: what follows the colon and one space.
std::optional<std::string_view> FieldValue(std::string_view line, std::string_view name) {
  if (!line.starts_with(name)) return std::nullopt;
  line.remove_prefix(name.size());
  if (line.empty()) return line;  // a name alone: an empty value
  if (line.front() != ':') return std::nullopt;
  line.remove_prefix(line.size() > 1 && line[1] == ' ' ? 2 : 1);
  return line;
}

const char* Find(const char* begin, const char* end, char wanted) {
  // An empty text may have no address, which memchr must not get.
  if (begin == end) return nullptr;
  return static_cast<const char*>(std::memchr(begin, wanted, static_cast<size_t>(end - begin)));
}

}  // namespace

void SseParser::Reset() {
  at_ = Cursor();
  end_ = 0;
  begun_ = has_data_ = false;
  name_.clear();
  comment_.clear();
  comments_ = 0;
}

absl::Status SseParser::Feed(std::string_view bytes) {
  if (bytes.empty()) return absl::OkStatus();
  if (has_partial_event()) {
    Keep(bytes.size());
    std::memcpy(buffer_.get() + end_, bytes.data(), bytes.size());
    end_ += bytes.size();
  } else {
    text_ = bytes.data();
    end_ = bytes.size();
    // A CR at the end of the last bytes may be half of a CR LF.
    at_ = {.after_cr = at_.after_cr};
  }
  // Only the open event counts: one read may hold many.
  if (end_ - at_.event <= event_bytes_max_ || !FirstEventIsTooLong()) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrFormat("an event of the stream is longer than %d bytes", event_bytes_max_));
}

std::optional<SseParser::Event> SseParser::Next() {
  if (begun_ || SkipByteOrderMark()) {
    while (const auto line = NextLine(at_)) {
      if (!line->empty()) {
        TakeLine(*line);
      } else if (IsToBeReturned()) {
        return CloseEvent();
      } else {
        DropEvent();
      }
      if (!has_data_) at_.event = at_.line;  // nothing of the lines so far is kept
    }
  }
  if (has_partial_event()) Keep(0);
  return std::nullopt;
}

// False while it can't be told yet whether the stream begins with a mark.
bool SseParser::SkipByteOrderMark() {
  const std::string_view head(text_, std::min(end_, kByteOrderMark.size()));
  if (head.size() < kByteOrderMark.size() && kByteOrderMark.starts_with(head)) return false;
  if (head == kByteOrderMark) at_.event = at_.line = at_.searched = kByteOrderMark.size();
  begun_ = true;
  return true;
}

std::optional<std::string_view> SseParser::NextLine(Cursor& at) const {
  if (at.after_cr && at.line < end_) {
    at.after_cr = false;
    if (text_[at.line] == '\n') {
      if (at.event == at.line) ++at.event;
      at.searched = ++at.line;
    }
  }
  const char* const end = text_ + end_;
  const char* const from = text_ + at.searched;
  const char* stop = Find(from, end, '\n');
  // CR ends a line as well, alone or before LF.
  if (const char* cr = Find(from, stop ? stop : end, '\r')) stop = cr;
  if (!stop) {
    at.searched = end_;
    return std::nullopt;
  }
  const std::string_view line(text_ + at.line, static_cast<size_t>(stop - text_) - at.line);
  const char* next = stop + 1;
  if (*stop == '\r') {
    at.after_cr = next == end;
    if (next != end && *next == '\n') ++next;
  }
  at.line = at.searched = static_cast<size_t>(next - text_);
  return line;
}

void SseParser::TakeLine(std::string_view line) {
  if (line.front() == ':') {
    TakeComment(line.substr(1));
  } else if (const auto data = FieldValue(line, "data")) {
    TakeData(*data);
  } else if (const auto name = FieldValue(line, "event")) {
    name_ = *name;
  }
}

void SseParser::TakeComment(std::string_view line) {
  ++comments_;
  if (line.starts_with(' ')) line.remove_prefix(1);
  if (line.empty() || comment_.size() >= kCommentBytesMax) return;
  if (!comment_.empty()) comment_ += '\n';
  comment_.append(line.substr(0, kCommentBytesMax - comment_.size()));
}

bool SseParser::IsToBeReturned() const {
  // A named event counts without data: some servers send only `event: error`.
  return (has_data_ && data_end_ > data_begin_) || !name_.empty();
}

void SseParser::DropEvent() {
  name_.clear();
  comment_.clear();
  has_data_ = false;
}

// A further line of data moves down to its predecessor, over its own field name.
void SseParser::TakeData(std::string_view value) {
  const size_t begin = static_cast<size_t>(value.data() - text_);
  if (!has_data_) {
    has_data_ = true;
    data_begin_ = begin;
    data_end_ = begin + value.size();
    return;
  }
  const size_t from = begin - at_.event;
  Keep(0);
  char* const joined = buffer_.get() + data_end_;
  *joined = '\n';
  std::memmove(joined + 1, buffer_.get() + at_.event + from, value.size());
  data_end_ += 1 + value.size();
}

SseParser::Event SseParser::CloseEvent() {
  Event event;
  if (has_data_) event.data = std::string_view(text_ + data_begin_, data_end_ - data_begin_);
  // Swapped, not copied: both keep their memory.
  std::swap(name_, returned_name_);
  event.name = returned_name_;
  if (!event.name.empty()) {
    std::swap(comment_, returned_comment_);
    event.comment = returned_comment_;
  }
  DropEvent();
  at_.event = at_.line;
  return event;
}

bool SseParser::FirstEventIsTooLong() const {
  Cursor ahead = at_;
  while (const auto line = NextLine(ahead)) {
    if (line->empty()) return ahead.line - at_.event > event_bytes_max_;
  }
  return end_ - at_.event > event_bytes_max_;
}

// Has the text from the open event on in the buffer, with room for so many bytes more.
void SseParser::Keep(size_t room) {
  const size_t kept = end_ - at_.event;
  const size_t needed = kept + room + kPadding;
  const bool in_buffer = text_ == buffer_.get();
  if (in_buffer && end_ + room + kPadding <= capacity_) return;
  const char* const from = text_ + at_.event;
  if (needed > capacity_) {
    const size_t capacity = std::max({needed, 2 * capacity_, kFirstCapacity});
    auto larger = std::make_unique<char[]>(capacity);
    std::memcpy(larger.get(), from, kept);
    buffer_ = std::move(larger);
    capacity_ = capacity;
  } else {
    std::memmove(buffer_.get(), from, kept);
  }
  text_ = buffer_.get();
  const size_t shift = at_.event;
  at_.event = 0;
  at_.line -= shift;
  at_.searched -= shift;
  if (has_data_) {
    data_begin_ -= shift;
    data_end_ -= shift;
  }
  end_ = kept;
}

}  // namespace specctl
