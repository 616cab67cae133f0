#include "common/report/output_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <absl/strings/str_format.h>
#include <fcntl.h>
#include <unistd.h>

namespace specctl {
namespace {

constexpr size_t kBufferBytes = 64 << 10;
constexpr mode_t kMode = 0644;

std::string PartOf(const std::string& path) { return path + ".part"; }

absl::Status SystemError(std::string_view path, std::string_view what, int error) {
  return absl::InternalError(absl::StrFormat("%s: %s: %s", path, what, std::strerror(error)));
}

}  // namespace

absl::StatusOr<OutputFile> OutputFile::Create(const std::string& path) {
  if (path == "-") return OutputFile(STDOUT_FILENO, path);
  // Under another name until it is complete: a reader never sees half a file.
  const int fd = open(PartOf(path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
  if (fd < 0) return SystemError(path, "can't be written", errno);
  return OutputFile(fd, path);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      buffer_(std::move(other.buffer_)),
      status_(std::move(other.status_)) {}

OutputFile::~OutputFile() {
  // Not committed: an earlier file of that name stays as it was.
  if (fd_ < 0 || IsStandardOutput()) return;
  close(fd_);
  unlink(PartOf(path_).c_str());
}

void OutputFile::Append(std::string_view bytes) {
  if (!status_.ok()) return;
  buffer_ += bytes;
  if (buffer_.size() >= kBufferBytes) Flush();
}

void OutputFile::Flush() {
  std::string_view rest = buffer_;
  while (status_.ok() && !rest.empty()) {
    const ssize_t written = write(fd_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      Fail("write failed");
    }
  }
  // Also after a failure: nothing more is written, and memory must not grow.
  buffer_.clear();
}

void OutputFile::Fail(std::string_view what) {
  status_ = SystemError(IsStandardOutput() ? "standard output" : path_, what, errno);
}

absl::Status OutputFile::Commit() {
  Flush();
  if (IsStandardOutput() || !status_.ok()) return status_;
  // Network file systems report a full disk only here.
  if (close(std::exchange(fd_, -1)) != 0) Fail("write failed");
  if (status_.ok() && rename(PartOf(path_).c_str(), path_.c_str()) != 0) Fail("rename failed");
  if (!status_.ok()) unlink(PartOf(path_).c_str());
  return status_;
}

absl::Status OutputFile::CommitToDisk() {
  Flush();
  if (!IsStandardOutput() && status_.ok() && fsync(fd_) != 0) Fail("sync failed");
  return Commit();
}

absl::Status WriteFile(const std::string& path, std::string_view text) {
  absl::StatusOr<OutputFile> file = OutputFile::Create(path);
  if (!file.ok()) return file.status();
  file->Append(text);
  return file->Commit();
}

}  // namespace specctl
