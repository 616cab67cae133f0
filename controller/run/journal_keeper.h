// Keeps the journal and the fold of a run that is going on.
#pragma once

#include <absl/status/status.h>

#include "common/analysis/run_fold.h"
#include "common/journal/batch_codec.h"
#include "common/journal/journal_writer.h"

namespace specctl::controller {

// Every event goes to the journal, then to the fold, in the same order.  Of the run's one thread.
class JournalKeeper {
 public:
  explicit JournalKeeper(JournalWriter writer) : writer_(std::move(writer)) {}
  // Goes on with a journal whose events `fold` has.
  JournalKeeper(JournalWriter writer, RunFold fold)
      : writer_(std::move(writer)), fold_(std::move(fold)) {}

  // After a failed Sync nothing is appended any more.
  void AppendEvent(const Event& event);
  // The bytes as they came.
  void AppendBatch(const ReceivedBatch& batch);

  // Makes everything durable.  The error is JournalWriter's, and stands: what was synced before is
  // intact.
  absl::Status Sync();

  // OK until a Sync has failed.
  const absl::Status& status() const { return status_; }
  const RunFold& fold() const { return fold_; }
  // Appended so far; on disk after a Sync() that is OK.
  uint64_t bytes() const { return writer_.bytes(); }

 private:
  void Apply(const Event& event);

  JournalWriter writer_;
  RunFold fold_;
  absl::Status status_;
};

}  // namespace specctl::controller
