#include "common/journal/journal_reader.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/hash.h"
#include "common/journal/event_codec.h"
#include "common/journal/record_frame.h"

namespace specctl {

absl::StatusOr<JournalReader> JournalReader::Open(const std::string& path) {
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) {
    return absl::NotFoundError(absl::StrFormat("%s: no journal there that can be read", path));
  }
  return JournalReader(std::move(in), path, size);
}

std::optional<Event> JournalReader::Torn() {
  torn_bytes_ = size_ - offset_;
  return std::nullopt;
}

absl::StatusOr<std::optional<Event>> JournalReader::Next() {
  const uint64_t left = size_ - offset_;
  if (left == 0 || torn_bytes_ > 0) return std::nullopt;
  if (left < kRecordHeadBytes) return Torn();
  char head_bytes[kRecordHeadBytes];
  if (!in_.read(head_bytes, kRecordHeadBytes)) return Torn();
  const RecordHead head = ReadRecordHead({head_bytes, kRecordHeadBytes});
  if (head.length > left - kRecordHeadBytes) return Torn();
  if (head.length > kRecordBytesMax) return Damaged("a record of impossible length");

  payload_.resize(head.length);
  if (!in_.read(payload_.data(), static_cast<std::streamsize>(head.length))) return Torn();
  const bool is_last = left == kRecordHeadBytes + head.length;
  if (Crc32c(payload_) != head.crc32c) {
    if (is_last) return Torn();
    return Damaged("a record with a wrong checksum and whole ones behind it");
  }
  v1::Event event;
  if (!event.ParseFromString(payload_)) return Damaged("a record that is no event");
  auto decoded = FromProto(event);
  if (!decoded.ok()) return Damaged(std::string(decoded.status().message()));
  offset_ += kRecordHeadBytes + head.length;
  return std::optional<Event>(*std::move(decoded));
}

absl::Status JournalReader::Damaged(std::string_view what) const {
  return absl::DataLossError(absl::StrFormat("%s: byte %d: %s", path_, offset_, what));
}

}  // namespace specctl
