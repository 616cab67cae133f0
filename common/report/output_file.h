// A file that appears whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace specctl {

// Written as `<path>.part` beside its place and renamed by Commit(); without Commit() nothing of it
// stays and a file that was there before is left as it was.  "-" is standard output, as it comes.
// An error is kept: later writes do nothing, and Commit() returns it.  Not thread-safe.
class OutputFile {
 public:
  // Errors here and below: INTERNAL "<path>: <what failed>: <the system's reason>".
  static absl::StatusOr<OutputFile> Create(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  // Buffers 64 KiB.
  void Append(std::string_view bytes);
  absl::Status Commit();
  // The same, once the bytes are on disk: a machine that stops leaves the old file or the new one.
  absl::Status CommitToDisk();
  const absl::Status& status() const { return status_; }

 private:
  OutputFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  bool IsStandardOutput() const { return path_ == "-"; }
  void Flush();
  void Fail(std::string_view what);

  int fd_ = -1;
  std::string path_;
  std::string buffer_;
  absl::Status status_;
};

// `text` as the whole content of `path`.
absl::Status WriteFile(const std::string& path, std::string_view text);

}  // namespace specctl
