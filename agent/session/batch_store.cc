#include "agent/session/batch_store.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/base/disk_file.h"

namespace specctl::agent {

BatchStore::BatchStore(Options options) : options_(std::move(options)) {}

bool BatchStore::Fits(uint64_t bytes) const {
  if (memory_bytes_ + bytes <= options_.memory_bytes_max) return true;
  return !spool_failed_ && SpoolSize() + bytes <= options_.spool_bytes_max;
}

void BatchStore::AddBatch(uint64_t seq, std::string encoded, MonoTime now) {
  assert(entries_.empty() || seq == entries_.back().seq + 1);
  Entry entry;
  entry.seq = seq;
  entry.cut = now;
  entry.size = encoded.size();
  entry.encoded = std::move(encoded);
  const bool in_memory = memory_bytes_ + entry.size <= options_.memory_bytes_max;
  // What can't be spooled is kept in memory, beyond the bound: a batch that was cut is never lost.
  if (in_memory || !Spool(entry)) memory_bytes_ += entry.size;
  entries_.push_back(std::move(entry));
}

bool BatchStore::Spool(Entry& entry) {
  if (spool_failed_ || SpoolSize() + entry.size > options_.spool_bytes_max) return false;
  if (spool_ == nullptr) {
    auto made =
        options_.make_spool ? options_.make_spool() : DiskFile::CreateUnnamed(options_.spool_dir);
    if (made.ok()) spool_ = *std::move(made);
  }
  const uint64_t offset = SpoolSize();
  if (spool_ == nullptr || !spool_->Append(entry.encoded).ok()) {
    spool_failed_ = true;  // the batch stays in memory, so nothing is lost
    return false;
  }
  entry.offset = offset;
  spool_kept_bytes_ += entry.size;
  // clear() would keep the memory.
  entry.encoded = std::string();
  return true;
}

absl::StatusOr<std::optional<BatchStore::Kept>> BatchStore::FirstAfter(uint64_t after) const {
  const auto entry = std::upper_bound(entries_.begin(), entries_.end(), after,
                                      [](uint64_t seq, const Entry& e) { return seq < e.seq; });
  if (entry == entries_.end()) return std::nullopt;
  Kept kept{entry->seq, entry->encoded};
  if (!kept.encoded.empty() || entry->size == 0) return kept;
  auto read = spool_->ReadExtent({.offset = entry->offset, .size = entry->size});
  if (!read.ok()) {
    return absl::DataLossError(absl::StrFormat("spool %s", std::string(read.status().message())));
  }
  kept.encoded = *std::move(read);
  return kept;
}

void BatchStore::Acknowledge(uint64_t seq) {
  // An Ack covers all batches up to it.
  while (!entries_.empty() && entries_.front().seq <= seq) {
    const Entry& entry = entries_.front();
    const bool in_memory = !entry.encoded.empty() || entry.size == 0;
    (in_memory ? memory_bytes_ : spool_kept_bytes_) -= entry.size;
    entries_.pop_front();
  }
  // The file is written from its start again once nothing in it is wanted.
  if (spool_kept_bytes_ > 0 || SpoolSize() == 0) return;
  if (spool_->Clear().ok()) return;
  spool_failed_ = true;
  spool_.reset();
}

}  // namespace specctl::agent
