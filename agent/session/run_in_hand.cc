#include "agent/session/run_in_hand.h"

#include <utility>

#include "common/journal/chunk_codec.h"

namespace specctl::agent {
namespace {

uint64_t CountChunks(const AgentBatch& batch) {
  ChunkSectionReader reader(batch.chunks, batch.from_mono_ns / 1000);
  uint64_t chunks = 0;
  while (reader.NextSection()) chunks += reader.records();
  return chunks;
}

}  // namespace

RunInHand::RunInHand(std::string run_id, uint32_t agent, const BatchStore::Options& store)
    : run_id_(std::move(run_id)), run_hash_(RunHash(run_id_)), agent_(agent), store_(store) {}

HeldRun RunInHand::Held() const {
  HeldPhase phase = HeldPhase::kPreparing;
  if (prepared) phase = HeldPhase::kPrepared;
  if (armed_late) phase = HeldPhase::kArmed;
  if (done_) phase = HeldPhase::kDone;
  return {.run_id = run_id_,
          .agent = agent_,
          .phase = phase,
          .first_kept_seq = store_.first_seq().value_or(last_seq_ + 1),
          .last_seq = last_seq_};
}

void RunInHand::Keep(AgentBatch batch, MonoTime now) {
  // Cut before the run was released, but posted after it.
  if (batch.run_hash != run_hash_) return;
  if (batch.health) {
    batch.health->spool_bytes = store_.spool_bytes();
    batch.health->unacknowledged_ns = static_cast<uint64_t>(store_.OldestAge(now).count());
  }
  std::string bytes = EncodeBatch(batch);
  // Rows take priority: without them, requests would not add up. Dropped chunks are counted.
  if (!store_.Fits(bytes.size()) && !batch.chunks.empty()) {
    batch.chunks_dropped += CountChunks(batch);
    batch.chunks.clear();
    bytes = EncodeBatch(batch);
  }
  last_seq_ = batch.seq;
  store_.AddBatch(batch.seq, std::move(bytes), now);
}

absl::StatusOr<std::optional<SentBatch>> RunInHand::NextBatch() {
  auto kept = store_.FirstAfter(sent_seq_);
  if (!kept.ok()) return kept.status();
  if (!*kept) return std::nullopt;
  sent_seq_ = (*kept)->seq;
  return SentBatch{.bytes = std::move((*kept)->encoded)};
}

std::optional<AgentDone> RunInHand::TakeDone() {
  if (!done_ || done_sent_) return std::nullopt;
  done_sent_ = true;
  return AgentDone{.run_id = run_id_, .stopped = stopped_, .last_seq = last_seq_};
}

void RunInHand::BeginCall() {
  // What the previous call sent may not have arrived: everything unacknowledged is sent again, and
  // the controller drops repeats.
  sent_seq_ = 0;
  done_sent_ = false;
}

void RunInHand::SetDone(bool stopped) {
  done_ = true;
  stopped_ = stopped;
}

}  // namespace specctl::agent
