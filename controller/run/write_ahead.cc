#include "controller/run/write_ahead.h"

#include <algorithm>
#include <utility>

namespace specctl::controller {

void WriteAhead::OnRecorded(MonoTime now) {
  ++recorded_;
  if (!group_begun_) group_begun_ = now;
}

void WriteAhead::OnBatch(uint32_t agent, uint64_t seq, size_t bytes, MonoTime now) {
  seqs_[agent].appended = seq;
  bytes_ += bytes;
  OnRecorded(now);
}

bool WriteAhead::Hold(Command command) {
  // After a failure nothing will be on disk, and what still follows tells agents to stop.
  if (all_synced() || failed_) return true;
  held_.push_back({.needs = recorded_, .command = std::move(command)});
  return false;
}

std::optional<MonoTime> WriteAhead::sync_due() const {
  if (under_way_ || failed_ || !group_begun_) return std::nullopt;
  // A message, and so an agent, is waiting for the disk.
  const bool now = hastened_ || !held_.empty() || bytes_ >= kGroupBytesMax;
  return now ? *group_begun_ : *group_begun_ + kGroup;
}

void WriteAhead::OnSyncBegun(MonoTime now) {
  under_way_ = true;
  sync_begun_ = now;
  hastened_ = false;
  // What is recorded while the sync is under way may not be part of it.
  syncing_ = recorded_;
  for (Seqs& seqs : seqs_) seqs.syncing = seqs.appended;
  group_begun_.reset();
  bytes_ = 0;
}

WriteAhead::Synced WriteAhead::OnSynced(MonoTime now) {
  under_way_ = false;
  slowest_sync_ = std::max(slowest_sync_, now - sync_begun_);
  synced_ = syncing_;
  Synced synced;
  for (uint32_t agent = 0; agent < seqs_.size(); ++agent) {
    Seqs& seqs = seqs_[agent];
    if (seqs.durable == seqs.syncing) continue;
    // What came while the sync was under way waits for the next.
    seqs.durable = seqs.syncing;
    synced.acks.push_back({.agent = agent, .seq = seqs.durable});
  }
  std::vector<Held> waiting;
  for (Held& held : held_) {
    if (held.needs <= synced_) {
      synced.released.push_back(std::move(held.command));
    } else {
      waiting.push_back(std::move(held));
    }
  }
  held_ = std::move(waiting);
  return synced;
}

void WriteAhead::OnFailed() {
  failed_ = true;
  under_way_ = false;
  held_.clear();
}

}  // namespace specctl::controller
