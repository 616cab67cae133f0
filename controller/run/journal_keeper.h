// Keeps the journal and the fold of a run that is going on, and says which batches are on disk.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <absl/status/statusor.h>

#include "common/analysis/run_fold.h"
#include "common/base/clock.h"
#include "common/journal/journal_writer.h"
#include "controller/session/session_messages.h"

namespace specctl::controller {

// Every event goes to the journal, then to the fold, in the same order.  Of the run's one thread.
class JournalKeeper {
 public:
  // A group of events shares one fdatasync: it is due this long after the first of them, or once
  // this much is buffered.
  static constexpr Nanos kGroup = std::chrono::milliseconds(100);
  static constexpr size_t kGroupBytesMax = 8u << 20;

  JournalKeeper(JournalWriter writer, uint32_t agents);

  // After a failed Sync nothing is appended any more.
  void Append(const Event& event, MonoTime now);
  void AppendBatch(ReceivedBatch batch, MonoTime now);

  // When Sync should be called; nullopt where everything is on disk.
  std::optional<MonoTime> sync_due() const { return sync_due_; }

  // An agent of which more batches are on disk than before.
  struct Durable {
    uint32_t agent = 0;
    uint64_t seq = 0;
  };
  // The error is JournalWriter's, and stands: what was synced before is intact.
  absl::StatusOr<std::vector<Durable>> Sync();

  // OK until a Sync has failed.
  const absl::Status& status() const { return status_; }
  // The agent's last batch that is on disk; 0: none.
  uint64_t durable_seq(uint32_t agent) const { return seqs_[agent].durable; }
  LiveFigures Live() const { return fold_.Live(); }

 private:
  struct Seqs {
    uint64_t appended = 0, durable = 0;
  };
  void Apply(const Event& event, MonoTime now);

  JournalWriter writer_;
  RunFold fold_;
  std::vector<Seqs> seqs_;  // by agent
  std::optional<MonoTime> sync_due_;
  absl::Status status_;
};

}  // namespace specctl::controller
