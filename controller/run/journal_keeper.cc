#include "controller/run/journal_keeper.h"

#include <utility>

namespace specctl::controller {

JournalKeeper::JournalKeeper(JournalWriter writer, uint32_t agents)
    : writer_(std::move(writer)), seqs_(agents) {}

void JournalKeeper::Append(const Event& event, MonoTime now) {
  if (!status_.ok()) return;
  writer_.Append(event);
  Apply(event, now);
}

void JournalKeeper::AppendBatch(ReceivedBatch batch, MonoTime now) {
  if (!status_.ok()) return;
  writer_.AppendEncoded(batch.encoded_event);
  seqs_[batch.batch.agent].appended = batch.batch.seq;
  Apply(std::move(batch.batch), now);
}

void JournalKeeper::Apply(const Event& event, MonoTime now) {
  // An event that contradicts the others is counted by the fold, and the verdict says so.
  fold_.Apply(event).IgnoreError();
  const bool full = writer_.buffered_bytes() >= kGroupBytesMax;
  if (full || !sync_due_) sync_due_ = full ? now : now + kGroup;
}

absl::StatusOr<std::vector<JournalKeeper::Durable>> JournalKeeper::Sync() {
  if (status_.ok()) status_ = writer_.Sync();
  sync_due_.reset();
  if (!status_.ok()) return status_;
  std::vector<Durable> durable;
  for (uint32_t agent = 0; agent < seqs_.size(); ++agent) {
    Seqs& seqs = seqs_[agent];
    if (seqs.durable == seqs.appended) continue;
    seqs.durable = seqs.appended;
    durable.push_back({.agent = agent, .seq = seqs.durable});
  }
  return durable;
}

}  // namespace specctl::controller
