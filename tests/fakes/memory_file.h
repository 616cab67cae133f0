// MemoryFile: an AppendFile whose disk fills up, fails and crashes as a test tells it to.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/append_file.h"

namespace specctl::fakes {

// What is on the disk: it outlives the MemoryFile as a file outlives the process that wrote it.
struct MemoryDisk {
  std::string bytes;        // as the next process reads them; with the torn tail of a failed append
  size_t synced_bytes = 0;  // of them, from the start: what a crash leaves
  // Faults, to be set at any time.
  uint64_t bytes_max = std::numeric_limits<uint64_t>::max();  // full from this size on
  bool fails_sync = false;
  bool fails_read = false;

  // The machine stops: what was not synced is gone, but for the first `torn_bytes` of it that had
  // reached the disk by themselves.
  void Crash(size_t torn_bytes = 0) {
    bytes.resize(std::min(bytes.size(), synced_bytes + torn_bytes));
    synced_bytes = bytes.size();
  }
};

class MemoryFile final : public AppendFile {
 public:
  // Goes on at the end of what `disk` holds.
  explicit MemoryFile(std::shared_ptr<MemoryDisk> disk, std::string name = "memory")
      : disk_(std::move(disk)), name_(std::move(name)), size_(disk_->bytes.size()) {}

  absl::Status Append(std::string_view added) override {
    std::string& bytes = disk_->bytes;
    const uint64_t room = disk_->bytes_max > size_ ? disk_->bytes_max - size_ : 0;
    const std::string_view taken = added.substr(0, std::min<uint64_t>(added.size(), room));
    const size_t over = std::min(taken.size(), bytes.size() - size_);
    bytes.replace(size_, over, taken.data(), taken.size());
    disk_->synced_bytes = std::min<size_t>(disk_->synced_bytes, size_);
    if (taken.size() < added.size()) {
      return absl::ResourceExhaustedError(name_ + ": write: No space left on device");
    }
    size_ += added.size();
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    if (disk_->fails_sync) return absl::InternalError(name_ + ": fdatasync: Input/output error");
    disk_->synced_bytes = disk_->bytes.size();
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> ReadExtent(Extent extent) const override {
    if (disk_->fails_read) return absl::InternalError(name_ + ": Input/output error");
    const bool held = extent.offset <= size_ && extent.size <= size_ - extent.offset;
    if (!held) return absl::InternalError(name_ + ": cut short");
    return disk_->bytes.substr(extent.offset, extent.size);
  }

  absl::Status Clear() override {
    disk_->bytes.clear();
    disk_->synced_bytes = 0;
    size_ = 0;
    return absl::OkStatus();
  }

  uint64_t size() const override { return size_; }
  const std::string& name() const override { return name_; }

 private:
  const std::shared_ptr<MemoryDisk> disk_;
  const std::string name_;
  uint64_t size_ = 0;
};

}  // namespace specctl::fakes
