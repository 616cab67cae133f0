#include "common/journal/journal_writer.h"

#include <utility>

#include "common/base/disk_file.h"
#include "common/journal/event_codec.h"
#include "common/journal/record_frame.h"

namespace specctl {

absl::StatusOr<JournalWriter> JournalWriter::Create(const std::string& path) {
  auto file = DiskFile::Create(path);
  if (!file.ok()) return file.status();
  return JournalWriter(*std::move(file));
}

absl::StatusOr<JournalWriter> JournalWriter::Reopen(const std::string& path, uint64_t bytes) {
  auto file = DiskFile::Reopen(path, bytes);
  if (!file.ok()) return file.status();
  JournalWriter writer(*std::move(file));
  writer.bytes_ = bytes;
  return writer;
}

JournalWriter::~JournalWriter() {
  // Not synced: who needs that has called Sync().  file_ is null after a move.
  if (file_ != nullptr && status_.ok()) status_ = WriteBuffer();
}

void JournalWriter::AppendEvent(const Event& event) {
  AppendEncoded(EventToProto(event).SerializeAsString());
}

void JournalWriter::AppendEncoded(std::string_view event) {
  const size_t before = buffer_.size();
  AppendRecord(event, buffer_);
  bytes_ += buffer_.size() - before;
}

absl::Status JournalWriter::WriteBuffer() {
  const absl::Status written = file_->Append(buffer_);
  // Kept on failure; Sync() never tries it again.
  if (written.ok()) buffer_.clear();
  return written;
}

absl::Status JournalWriter::Sync() {
  // A failed sync is final: the kernel may have dropped the pages, and reports it once.
  if (!status_.ok()) return status_;
  status_ = WriteBuffer();
  if (status_.ok()) status_ = file_->Sync();
  return status_;
}

}  // namespace specctl
