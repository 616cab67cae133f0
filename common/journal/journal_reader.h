// Reads journal.pb, record by record.
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "common/journal/event.h"
#include "common/journal/journal_loss.h"

namespace specctl {

// Gives every whole record: 1 to kRecordBytesMax bytes, all there, with the right checksum.  Where
// there is none, the file is searched for the next offset at which one begins that is an event of
// this version.  What was passed over is a damaged stretch; where none follows, the torn tail (a
// record cut short, zeros that a file system left).  So
//   whole_bytes() + loss().damage.bytes + loss().torn_bytes  is the file's size at the end.
//
// Memory: one record at a time.  Time: one pass over the file, and one more over records that look
// whole and are not.  Not thread-safe.
class JournalReader {
 public:
  static constexpr uint32_t kRecordBytesMax = 256u << 20;

  // NOT_FOUND, naming the path, where there is no such file.
  static absl::StatusOr<JournalReader> Open(const std::string& path);
  // Reads a journal that is no file; `name` stands for its path.
  static JournalReader OfBytes(std::string bytes, std::string name);

  // The next event; nullopt at the end.
  // DATA_LOSS, naming path and byte offset, where a whole record is no event that this version
  // knows: that is not damage, but another version's, and its figures would be wrong without it.
  absl::StatusOr<std::optional<Event>> Next();

  uint64_t whole_bytes() const { return whole_bytes_; }  // of the records read so far
  // So far; complete at the end.
  const JournalLoss& loss() const { return loss_; }

 private:
  JournalReader(std::unique_ptr<std::istream> in, std::string path, uint64_t size)
      : in_(std::move(in)), path_(std::move(path)), size_(size) {}

  static constexpr uint64_t kNowhere = ~uint64_t{0};

  // Fills `bytes` from `offset` on; false where not all are there.
  bool ReadAt(uint64_t offset, std::span<char> bytes);
  // Whether a whole record begins at `offset`; its payload is in payload_.
  bool ReadRecord(uint64_t offset);
  // Where the next event's record begins, from `offset` on.
  std::optional<uint64_t> FindEvent(uint64_t offset);
  absl::Status NotAnEvent(std::string_view what) const;

  std::unique_ptr<std::istream> in_;
  std::string path_;
  uint64_t size_ = 0, offset_ = 0, whole_bytes_ = 0;
  uint64_t position_ = 0;  // of in_
  JournalLoss loss_;
  std::string payload_;
};

}  // namespace specctl
