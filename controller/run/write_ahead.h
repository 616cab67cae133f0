// WriteAhead: what waits until the journal is on disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/clock.h"
#include "controller/run/run_commands.h"

namespace specctl::controller {

// Counts what is appended to the journal, groups it into syncs, holds messages back until the
// events that they follow from are on disk, and knows which batches may be acknowledged.  Pure.
class WriteAhead {
 public:
  // A group of events shares one sync: it is due this long after the first of them, at once where a
  // message waits, or where this much is not on disk.
  static constexpr Nanos kGroup = std::chrono::milliseconds(100);
  static constexpr size_t kGroupBytesMax = 8u << 20;

  explicit WriteAhead(uint32_t agents) : seqs_(agents) {}
  // The agent's batches up to `seq` are on disk already, of an earlier life of the run.
  void SetDurable(uint32_t agent, uint64_t seq) {
    seqs_[agent] = {.appended = seq, .syncing = seq, .durable = seq};
  }

  void OnRecorded(MonoTime now);
  void OnBatch(uint32_t agent, uint64_t seq, size_t bytes, MonoTime now);
  // The command is to follow once all that has been recorded so far is on disk; true: it is
  // already.
  bool Hold(Command command);
  // The sync is not to wait for its group.
  void Hasten() { hastened_ = true; }

  // When the next sync is to begin; nullopt: nothing waits, or one is under way.
  std::optional<MonoTime> sync_due() const;
  void OnSyncBegun(MonoTime now);

  struct Ack {
    uint32_t agent = 0;
    uint64_t seq = 0;
  };
  struct Synced {
    std::vector<Command> released;
    std::vector<Ack> acks;  // of agents of which more batches are on disk than before
  };
  // All that was recorded before OnSyncBegun() is on disk.
  Synced OnSynced(MonoTime now);
  // Nothing will be on disk any more; what waits is dropped.
  void OnFailed();

  // How long the slowest sync took.
  Nanos slowest_sync() const { return slowest_sync_; }
  bool all_synced() const { return synced_ == recorded_; }
  // The agent's last batch that is on disk; 0: none.
  uint64_t durable_seq(uint32_t agent) const { return seqs_[agent].durable; }

 private:
  struct Seqs {
    uint64_t appended = 0, syncing = 0, durable = 0;
  };
  struct Held {
    uint64_t needs = 0;  // events on disk
    Command command;
  };

  std::vector<Seqs> seqs_;  // by agent
  uint64_t recorded_ = 0, syncing_ = 0, synced_ = 0;
  size_t bytes_ = 0;  // recorded and not syncing, of batches
  std::optional<MonoTime> group_begun_;
  bool hastened_ = false, under_way_ = false, failed_ = false;
  MonoTime sync_begun_{};
  Nanos slowest_sync_{0};
  std::vector<Held> held_;
};

}  // namespace specctl::controller
