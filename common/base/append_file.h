// AppendFile: the seam to the disk, for files that only grow (journal, spool).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace specctl {

// Bytes from 0 to size(), of which those before the last Sync() outlive a crash of the machine.
// Errors name the file; RESOURCE_EXHAUSTED where the disk, the quota or the permitted size of a
// file is used up, else INTERNAL.  Not thread-safe.
class AppendFile {
 public:
  // A stretch of the file, in bytes.
  struct Extent {
    uint64_t offset = 0;
    size_t size = 0;
  };

  AppendFile() = default;
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;
  virtual ~AppendFile() = default;  // closes; syncs nothing

  // Appends all of `bytes`, or none as far as this object goes: after an error size() is what it
  // was, and the next Append() writes over what the failed one had written.  (Whoever opens the
  // file later may see that as a torn tail.)
  virtual absl::Status Append(std::string_view bytes) = 0;
  // Makes what was appended durable.
  virtual absl::Status Sync() = 0;
  // The bytes of `extent`, synced or not; an error where the file does not hold all of them.
  virtual absl::StatusOr<std::string> ReadExtent(Extent extent) const = 0;
  // Forgets all bytes, and frees their room.
  virtual absl::Status Clear() = 0;

  virtual uint64_t size() const = 0;            // of what was appended, in bytes
  virtual const std::string& name() const = 0;  // for messages
};

// Makes a new, empty file, whenever it is called.
using AppendFileFactory = std::function<absl::StatusOr<std::unique_ptr<AppendFile>>()>;

}  // namespace specctl
