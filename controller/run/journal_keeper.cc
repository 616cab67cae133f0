#include "controller/run/journal_keeper.h"

namespace specctl::controller {

void JournalKeeper::AppendEvent(const Event& event) {
  // After a failed sync the kernel may have dropped pages: nothing written after such a hole could
  // be trusted.
  if (!status_.ok()) return;
  writer_.AppendEvent(event);
  Apply(event);
}

void JournalKeeper::AppendBatch(const ReceivedBatch& batch) {
  if (!status_.ok()) return;
  writer_.AppendEncoded(EventOfBatch(batch.bytes));
  Apply(batch.batch);
}

void JournalKeeper::Apply(const Event& event) {
  // An event that contradicts the others is counted by the fold, and the verdict says so.
  fold_.Apply(event).IgnoreError();
}

absl::Status JournalKeeper::Sync() {
  if (status_.ok()) status_ = writer_.Sync();
  return status_;
}

}  // namespace specctl::controller
