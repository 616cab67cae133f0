#include "common/base/disk_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

// `what`: the file, and the operation where that helps.
absl::Status DiskError(const std::string& what, int error) {
  const std::string text = absl::StrFormat("%s: %s", what, std::strerror(error));
  if (error == EEXIST) return absl::AlreadyExistsError(text);
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return absl::ResourceExhaustedError(text);
  }
  return absl::InternalError(text);
}

}  // namespace

absl::StatusOr<std::unique_ptr<AppendFile>> DiskFile::Create(const std::string& path) {
  // O_EXCL: a journal is never written over.
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (fd.get() < 0) return DiskError(path + ": create", errno);
  // Its name, too, is to outlive the machine.
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const UniqueFd named(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC));
  if (named.get() >= 0 && ::fsync(named.get()) != 0) return DiskError(path + ": create", errno);
  return std::unique_ptr<AppendFile>(new DiskFile(std::move(fd), path));
}

absl::StatusOr<std::unique_ptr<AppendFile>> DiskFile::Reopen(const std::string& path,
                                                             uint64_t size) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (fd.get() < 0 && errno == ENOENT) {
    return absl::NotFoundError(absl::StrFormat("%s: open: %s", path, std::strerror(ENOENT)));
  }
  if (fd.get() < 0) return DiskError(path + ": open", errno);
  if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0 || ::fsync(fd.get()) != 0) {
    return DiskError(path + ": cut at its last whole record", errno);
  }
  std::unique_ptr<DiskFile> file(new DiskFile(std::move(fd), path));
  file->size_ = size;
  return file;
}

absl::StatusOr<std::unique_ptr<AppendFile>> DiskFile::CreateUnnamed(const std::string& folder) {
  const std::string name = "file in " + folder;
  // Without a name: it is gone with the process, however that ends.
  UniqueFd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (fd.get() < 0) return DiskError(name + ": create", errno);
  return std::unique_ptr<AppendFile>(new DiskFile(std::move(fd), name));
}

absl::Status DiskFile::Append(std::string_view bytes) {
  // At a place of its own, not with O_APPEND: a write that was cut short is written over.
  uint64_t end = size_;
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(end));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return DiskError(name_ + ": write", errno);
    bytes.remove_prefix(static_cast<size_t>(written));
    end += static_cast<uint64_t>(written);
  }
  // Only now: after a failure the file ends where it did.
  size_ = end;
  return absl::OkStatus();
}

absl::Status DiskFile::Sync() {
  // Not fsync: of the file's facts only its size matters, which this writes, too.
  if (::fdatasync(fd_.get()) != 0) return DiskError(name_ + ": fdatasync", errno);
  return absl::OkStatus();
}

absl::StatusOr<std::string> DiskFile::ReadExtent(Extent extent) const {
  // What lies beyond is of an append that failed.
  const bool held = extent.offset <= size_ && extent.size <= size_ - extent.offset;
  if (!held) return absl::InternalError(name_ + ": cut short");
  std::string bytes(extent.size, '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t read = ::pread(fd_.get(), bytes.data() + done, bytes.size() - done,
                                 static_cast<off_t>(extent.offset + done));
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return DiskError(name_, errno);
    if (read == 0) return absl::InternalError(name_ + ": cut short");
    done += static_cast<size_t>(read);
  }
  return bytes;
}

absl::Status DiskFile::Clear() {
  if (::ftruncate(fd_.get(), 0) != 0) return DiskError(name_ + ": ftruncate", errno);
  size_ = 0;
  return absl::OkStatus();
}

}  // namespace specctl
