// Reads journal.pb, record by record.
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "common/journal/event.h"

namespace specctl {

// A torn tail (a record cut short, or the last one with a wrong checksum) ends the journal at the
// last whole record and is reported by torn_bytes(); a bad record with whole ones behind it is
// DATA_LOSS.  Memory: one record at a time.  Not thread-safe.
class JournalReader {
 public:
  static constexpr uint32_t kRecordBytesMax = 256u << 20;

  // NOT_FOUND, naming the path, where there is no such file.
  static absl::StatusOr<JournalReader> Open(const std::string& path);

  // The next event; nullopt at the end; DATA_LOSS naming path and byte offset.
  absl::StatusOr<std::optional<Event>> Next();

  uint64_t whole_bytes() const { return offset_; }     // length of the whole records read so far
  uint64_t torn_bytes() const { return torn_bytes_; }  // after the end: bytes cut off

 private:
  JournalReader(std::ifstream in, std::string path, uint64_t size)
      : in_(std::move(in)), path_(std::move(path)), size_(size) {}

  std::optional<Event> Torn();
  absl::Status Damaged(std::string_view what) const;

  std::ifstream in_;
  std::string path_;
  uint64_t size_ = 0, offset_ = 0, torn_bytes_ = 0;
  std::string payload_;
};

}  // namespace specctl
