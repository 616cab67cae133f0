#include "common/journal/journal_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/hash.h"
#include "common/journal/event_codec.h"
#include "common/journal/record_frame.h"

namespace specctl {
namespace {

absl::Status SystemError(const std::string& path, std::string_view operation, int error) {
  const std::string text = absl::StrFormat("%s: %s: %s", path, operation, std::strerror(error));
  if (error == EEXIST) return absl::AlreadyExistsError(text);
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return absl::ResourceExhaustedError(text);
  }
  return absl::InternalError(text);
}

}  // namespace

absl::StatusOr<JournalWriter> JournalWriter::Create(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0644);
  if (fd < 0) return SystemError(path, "create", errno);
  return JournalWriter(fd, path);
}

JournalWriter::JournalWriter(JournalWriter&& other) noexcept { *this = std::move(other); }

JournalWriter& JournalWriter::operator=(JournalWriter&& other) noexcept {
  if (this == &other) return *this;
  if (fd_ >= 0) ::close(fd_);
  fd_ = std::exchange(other.fd_, -1);
  path_ = std::move(other.path_);
  buffer_ = std::exchange(other.buffer_, {});
  bytes_ = other.bytes_;
  status_ = other.status_;
  return *this;
}

JournalWriter::~JournalWriter() {
  if (fd_ < 0) return;
  if (status_.ok()) status_ = WriteBuffer();
  ::close(fd_);
}

void JournalWriter::Append(const Event& event) {
  AppendEncoded(ToProto(event).SerializeAsString());
}

void JournalWriter::AppendEncoded(std::string_view event) {
  const size_t before = buffer_.size();
  AppendRecord(event, buffer_);
  bytes_ += buffer_.size() - before;
}

absl::Status JournalWriter::WriteBuffer() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError(path_, "write", errno);
    rest.remove_prefix(static_cast<size_t>(written));
  }
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status JournalWriter::Sync() {
  if (!status_.ok()) return status_;
  status_ = WriteBuffer();
  if (status_.ok() && ::fdatasync(fd_) != 0) status_ = SystemError(path_, "fdatasync", errno);
  return status_;
}

}  // namespace specctl
