// DiskFile: an AppendFile on a real disk.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/append_file.h"
#include "common/base/unique_fd.h"

namespace specctl {

class DiskFile final : public AppendFile {
 public:
  // Creates `path`; ALREADY_EXISTS where it exists, else the errors of AppendFile.
  static absl::StatusOr<std::unique_ptr<AppendFile>> Create(const std::string& path);
  // Goes on with `path`, of which the first `size` bytes are kept and what lies behind them is cut
  // off; durable when it returns.  NOT_FOUND where there is none.
  static absl::StatusOr<std::unique_ptr<AppendFile>> Reopen(const std::string& path, uint64_t size);
  // A file in `folder` that has no name there and vanishes with this object; its name() is
  // "file in FOLDER".
  static absl::StatusOr<std::unique_ptr<AppendFile>> CreateUnnamed(const std::string& folder);

  absl::Status Append(std::string_view bytes) override;
  absl::Status Sync() override;
  absl::StatusOr<std::string> ReadExtent(Extent extent) const override;
  absl::Status Clear() override;
  uint64_t size() const override { return size_; }
  const std::string& name() const override { return name_; }

 private:
  DiskFile(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

  const UniqueFd fd_;
  const std::string name_;
  uint64_t size_ = 0;
};

}  // namespace specctl
