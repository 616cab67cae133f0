// BatchStore: batches that the controller has not acknowledged, in memory and then on disk.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <absl/status/statusor.h>

#include "common/base/append_file.h"
#include "common/base/clock.h"

namespace specctl::agent {

// Keeps encoded batches in the order of their seq until they are acknowledged: the first
// memory_bytes_max in memory, what comes beyond in a file that has no name and vanishes with the
// process.  Where that is full too, Fits() says no, and a batch without its chunk detail (rows
// alone) is kept in memory still.  Not thread-safe.
class BatchStore {
 public:
  struct Options {
    uint64_t memory_bytes_max = 8 << 20;
    uint64_t spool_bytes_max = 1 << 30;
    std::string spool_dir = "/tmp";
    AppendFileFactory make_spool;  // empty: a file without a name in spool_dir
  };

  explicit BatchStore(Options options);
  BatchStore(const BatchStore&) = delete;

  // Whether a batch of that size finds room within the bounds.
  bool Fits(uint64_t bytes) const;
  // Keeps the batch `seq`, one more than the last, cut at `now`; beyond the bounds too.
  void AddBatch(uint64_t seq, std::string encoded, MonoTime now);
  // The first kept batch with a seq above `after`, or nullopt.
  // DATA_LOSS where the spool file can't be read back.
  struct Kept {
    uint64_t seq = 0;
    std::string encoded;
  };
  absl::StatusOr<std::optional<Kept>> FirstAfter(uint64_t after) const;
  // Forgets every batch up to `seq`.
  void Acknowledge(uint64_t seq);

  bool empty() const { return entries_.empty(); }
  // Of the oldest batch that is kept; nullopt: none is.
  std::optional<uint64_t> first_seq() const {
    return empty() ? std::nullopt : std::make_optional(entries_.front().seq);
  }
  // How long ago the oldest batch that is kept was cut; 0 where none is.
  Nanos OldestAge(MonoTime now) const { return empty() ? Nanos(0) : now - entries_.front().cut; }
  uint64_t spool_bytes() const { return spool_kept_bytes_; }  // kept on disk

 private:
  struct Entry {
    uint64_t seq = 0;
    MonoTime cut{};
    std::string encoded;  // empty: in the spool file
    uint64_t offset = 0, size = 0;
  };

  // False where it is not in the spool, but in memory as before.
  bool Spool(Entry& entry);
  uint64_t SpoolSize() const { return spool_ == nullptr ? 0 : spool_->size(); }

  const Options options_;
  std::deque<Entry> entries_;
  uint64_t memory_bytes_ = 0;
  std::unique_ptr<AppendFile> spool_;  // null: not needed yet, or can't be had
  bool spool_failed_ = false;          // the file can't be made or written: memory alone
  uint64_t spool_kept_bytes_ = 0;      // of it, not acknowledged
};

}  // namespace specctl::agent
