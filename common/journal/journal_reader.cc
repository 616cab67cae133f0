#include "common/journal/journal_reader.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/hash.h"
#include "common/base/varint.h"
#include "common/journal/event_codec.h"
#include "common/journal/record_frame.h"

namespace specctl {
namespace {

constexpr size_t kSearchBytes = 1 << 20;  // of the file in memory while it is searched

// Head, tag and length of a record that is an event, at most.
constexpr size_t kEventFrameBytesMax = kRecordHeadBytes + 1 + 5;

// Whether a record of `length`, with its head, fits into the `left` bytes of the file.
bool IsRecordLength(uint32_t length, uint64_t left) {
  return length > 0 && length <= JournalReader::kRecordBytesMax &&
         length <= left - kRecordHeadBytes;
}

// Whether `bytes`, the first of the `left` ones of the file and more than a head, may begin a
// record with an event: one field that is a message and fills the payload.  Right for one offset in
// millions of any other bytes, so that checksums are computed of hardly more than the records.
bool MayBeEvent(std::string_view bytes, uint64_t left) {
  const auto tag = static_cast<uint8_t>(bytes[kRecordHeadBytes]);
  constexpr uint8_t kLengthDelimited = 2;
  // Field numbers 1 to 15: a tag of one byte.
  if ((tag & 7) != kLengthDelimited || tag < 8 || tag >= 0x80) return false;
  const RecordHead head = ReadRecordHead(bytes);
  if (!IsRecordLength(head.length, left)) return false;
  std::string_view field = bytes.substr(kRecordHeadBytes + 1);
  const size_t before = field.size();
  const std::optional<uint64_t> content = TakeVarint(field);
  return content && 1 + (before - field.size()) + *content == head.length;
}

absl::StatusOr<Event> DecodeEvent(const std::string& payload) {
  v1::Event event;
  if (!event.ParseFromString(payload)) return absl::DataLossError("a record that is not an event");
  return EventFromProto(event);
}

}  // namespace

absl::StatusOr<JournalReader> JournalReader::Open(const std::string& path) {
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(path, error);
  auto in = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (error || !*in) {
    return absl::NotFoundError(absl::StrFormat("%s: no readable journal", path));
  }
  return JournalReader(std::move(in), path, size);
}

JournalReader JournalReader::OfBytes(std::string bytes, std::string name) {
  const uint64_t size = bytes.size();
  auto in = std::make_unique<std::istringstream>(std::move(bytes), std::ios::binary);
  return JournalReader(std::move(in), std::move(name), size);
}

absl::StatusOr<std::optional<Event>> JournalReader::Next() {
  // What is behind a torn end is not looked for twice.
  if (offset_ == size_ || loss_.torn_bytes > 0) return std::nullopt;
  if (!ReadRecord(offset_)) {
    const std::optional<uint64_t> next = FindEvent(offset_ + 1);
    // Nothing whole follows: the write was cut short, e.g. by a full disk or a crash.
    if (!next) {
      loss_.torn_bytes = size_ - offset_;
      return std::nullopt;
    }
    loss_.damage.AddStretch({.offset = offset_, .bytes = *next - offset_});
    // The events behind are sound; what was lost between is reported, not fatal.
    offset_ = *next;
  }
  absl::StatusOr<Event> event = DecodeEvent(payload_);
  if (!event.ok()) return NotAnEvent(std::string(event.status().message()));
  const uint64_t bytes = kRecordHeadBytes + payload_.size();
  offset_ += bytes;
  whole_bytes_ += bytes;
  return std::optional<Event>(*std::move(event));
}

bool JournalReader::ReadAt(uint64_t offset, std::span<char> bytes) {
  // A seek drops what is buffered, and most reads go on where the last one ended.
  if (position_ != offset) {
    // A read past the end leaves the stream failed, which a seek would keep.
    in_->clear();
    in_->seekg(static_cast<std::streamoff>(offset));
  }
  in_->read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  // After a failed read the stream's place is not known.
  position_ = *in_ ? offset + bytes.size() : kNowhere;
  return static_cast<bool>(*in_);
}

bool JournalReader::ReadRecord(uint64_t offset) {
  const uint64_t left = size_ - offset;
  std::array<char, kRecordHeadBytes> head_bytes;
  if (left < kRecordHeadBytes || !ReadAt(offset, head_bytes)) return false;
  const RecordHead head = ReadRecordHead({head_bytes.data(), head_bytes.size()});
  if (!IsRecordLength(head.length, left)) return false;
  payload_.resize(head.length);
  return ReadAt(offset + kRecordHeadBytes, payload_) && Crc32c(payload_) == head.crc32c;
}

std::optional<uint64_t> JournalReader::FindEvent(uint64_t offset) {
  std::string stretch;
  while (size_ - offset > kRecordHeadBytes) {
    const size_t length = static_cast<size_t>(std::min<uint64_t>(kSearchBytes, size_ - offset));
    stretch.resize(length);
    if (!ReadAt(offset, stretch)) return std::nullopt;
    // The last few offsets, whose records' beginnings may lie outside, are looked at with the next
    // stretch; at the end of the file nothing fits there.
    const std::string_view bytes = stretch;
    const bool at_end = offset + length == size_;
    const size_t starts = at_end ? length - kRecordHeadBytes : length - kEventFrameBytesMax;
    for (size_t i = 0; i < starts; ++i) {
      if (!MayBeEvent(bytes.substr(i, kEventFrameBytesMax), size_ - offset - i)) continue;
      // Both: a checksum of foreign bytes may be right by chance.
      if (ReadRecord(offset + i) && DecodeEvent(payload_).ok()) return offset + i;
    }
    if (at_end) break;
    offset += starts;
  }
  return std::nullopt;
}

absl::Status JournalReader::NotAnEvent(std::string_view what) const {
  return absl::DataLossError(absl::StrFormat("%s: byte %d: %s", path_, offset_, what));
}

}  // namespace specctl
