// Appends events to journal.pb.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <absl/status/statusor.h>

#include "common/base/append_file.h"
#include "common/journal/event.h"

namespace specctl {

// Record: uint32 length (little endian), uint32 CRC-32C of the payload, payload (v1.Event).
// Appended records are buffered; Sync() writes them and makes them durable with one
// AppendFile::Sync. After an error (disk full) the writer stays in error: what was synced before is
// intact. Not thread-safe.
class JournalWriter {
 public:
  // Creates `path`; ALREADY_EXISTS where it exists, else the system's error, naming the path.
  static absl::StatusOr<JournalWriter> Create(const std::string& path);
  // Goes on with `path`, whose first `bytes` are whole records; what lies behind them is cut off.
  // Errors as DiskFile::Reopen().
  static absl::StatusOr<JournalWriter> Reopen(const std::string& path, uint64_t bytes);
  // Appends to `file`.
  explicit JournalWriter(std::unique_ptr<AppendFile> file) : file_(std::move(file)) {}
  JournalWriter(JournalWriter&& other) = default;
  JournalWriter& operator=(JournalWriter&& other) = default;
  ~JournalWriter();  // closes; unsynced records are written, not synced

  // Encodes and buffers.  Never fails; errors show at Sync().
  void AppendEvent(const Event& event);
  // The same for an event that is encoded already (a v1.Event's bytes).
  void AppendEncoded(std::string_view event);
  // Writes what is buffered and makes it durable.
  // RESOURCE_EXHAUSTED on a full disk, INTERNAL on other errors; the text names path and reason.
  absl::Status Sync();

  uint64_t bytes() const { return bytes_; }  // of the journal so far, headers included

 private:
  absl::Status WriteBuffer();

  std::unique_ptr<AppendFile> file_;  // null: moved from
  std::string buffer_;
  uint64_t bytes_ = 0;
  absl::Status status_;
};

}  // namespace specctl
