#include "agent/session/batch_store.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include <absl/strings/str_format.h>

namespace specctl::agent {
namespace {

bool WriteAll(int fd, std::string_view bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
  return true;
}

}  // namespace

BatchStore::~BatchStore() {
  if (spool_ >= 0) ::close(spool_);
}

bool BatchStore::Fits(uint64_t bytes) const {
  if (memory_bytes_ + bytes <= options_.memory_bytes_max) return true;
  return !spool_failed_ && spool_end_ + bytes <= options_.spool_bytes_max;
}

void BatchStore::Add(uint64_t seq, std::string encoded, MonoTime now) {
  assert(entries_.empty() || seq == entries_.back().seq + 1);
  Entry entry;
  entry.seq = seq;
  entry.cut = now;
  entry.size = encoded.size();
  entry.encoded = std::move(encoded);
  const bool in_memory = memory_bytes_ + entry.size <= options_.memory_bytes_max;
  if (in_memory || !Spool(entry)) memory_bytes_ += entry.size;
  entries_.push_back(std::move(entry));
}

bool BatchStore::Spool(Entry& entry) {
  if (spool_failed_ || spool_end_ + entry.size > options_.spool_bytes_max) return false;
  if (spool_ < 0) {
    spool_ = ::open(options_.spool_dir.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  }
  if (spool_ < 0 || !WriteAll(spool_, entry.encoded, spool_end_)) {
    spool_failed_ = true;
    return false;
  }
  entry.offset = spool_end_;
  spool_end_ += entry.size;
  spool_kept_bytes_ += entry.size;
  entry.encoded = std::string();
  return true;
}

absl::StatusOr<std::optional<BatchStore::Kept>> BatchStore::FirstAfter(uint64_t after) const {
  const auto entry = std::upper_bound(entries_.begin(), entries_.end(), after,
                                      [](uint64_t seq, const Entry& e) { return seq < e.seq; });
  if (entry == entries_.end()) return std::nullopt;
  Kept kept{entry->seq, entry->encoded};
  if (!kept.encoded.empty() || entry->size == 0) return kept;
  kept.encoded.resize(entry->size);
  size_t done = 0;
  while (done < kept.encoded.size()) {
    const ssize_t read = ::pread(spool_, kept.encoded.data() + done, kept.encoded.size() - done,
                                 static_cast<off_t>(entry->offset + done));
    if (read < 0 && errno == EINTR) continue;
    if (read <= 0) {
      return absl::DataLossError(absl::StrFormat("spool file in %s: %s", options_.spool_dir,
                                                 read < 0 ? std::strerror(errno) : "cut short"));
    }
    done += static_cast<size_t>(read);
  }
  return kept;
}

void BatchStore::Acknowledge(uint64_t seq) {
  while (!entries_.empty() && entries_.front().seq <= seq) {
    const Entry& entry = entries_.front();
    const bool in_memory = !entry.encoded.empty() || entry.size == 0;
    (in_memory ? memory_bytes_ : spool_kept_bytes_) -= entry.size;
    entries_.pop_front();
  }
  // The file is written from its start again once nothing in it is wanted.
  if (spool_kept_bytes_ > 0 || spool_end_ == 0) return;
  spool_end_ = 0;
  if (::ftruncate(spool_, 0) != 0) spool_failed_ = true;
}

}  // namespace specctl::agent
