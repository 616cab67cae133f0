#include "agent/stream/batch_recorder.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace specctl::agent {

BatchRecorder::BatchRecorder(Identity identity, MonoTime from) {
  next_.agent = identity.agent;
  next_.incarnation = identity.incarnation;
  next_.run_hash = identity.run_hash;
  next_.seq = 1;
  next_.from_mono_ns = MonoNs(from);
}

RequestLog& BatchRecorder::BeginRequest(RequestBegun begun) {
  if (free_.empty()) AddBlock();
  RequestLog& log = *free_.back();
  free_.pop_back();
  log.ordinal_ = begun.ordinal = begun_++;
  log.chunks_.Reset(base_us());
  log.moved_ = log.ended_ = false;
  ++in_flight_;
  next_.begun.push_back(begun);
  return log;
}

void BatchRecorder::AddBlock() {
  // Blocks never move: callers hold references to logs.
  blocks_.push_back(std::make_unique<RequestLog[]>(kBlockLogs));
  for (size_t i = kBlockLogs; i > 0; --i) free_.push_back(&blocks_.back()[i - 1]);
}

void BatchRecorder::AppendChunk(RequestLog& log, const ChunkRecord& chunk) {
  assert(!log.ended_);
  log.chunks_.AppendRecord(chunk);
  if (log.moved_) return;
  log.moved_ = true;
  moved_.push_back(&log);
}

void BatchRecorder::FinishRequest(RequestLog& log, RequestFinished finished) {
  assert(!log.ended_ && in_flight_ > 0);
  finished.ordinal = log.ordinal_;
  next_.finished.push_back(std::move(finished));
  --in_flight_;
  log.ended_ = true;
  // Else its chunks are still to be cut, and Cut() frees it.
  if (!log.moved_) free_.push_back(&log);
}

void BatchRecorder::SetSlotsFilled(MonoTime at) { next_.slots_filled_mono_ns = MonoNs(at); }

void BatchRecorder::SetFirstIdle(MonoTime at) { next_.first_idle_mono_ns = MonoNs(at); }

void BatchRecorder::SetUnassigned(std::vector<Unassigned> unassigned) {
  next_.unassigned = std::move(unassigned);
}

AgentBatch BatchRecorder::Cut(MonoTime to, Nanos real_minus_mono) {
  // Batches adjoin: none ends before it begins.
  next_.to_mono_ns = std::max(MonoNs(to), next_.from_mono_ns);
  next_.real_minus_mono_ns = real_minus_mono.count();
  // A section holds the difference from the ordinal before.
  std::sort(moved_.begin(), moved_.end(),
            [](const RequestLog* a, const RequestLog* b) { return a->ordinal_ < b->ordinal_; });
  uint64_t previous = 0;
  for (RequestLog* log : moved_) {
    log->chunks_.AppendSection(log->ordinal_, previous, next_.chunks);
    previous = log->ordinal_;
  }
  AgentBatch batch;
  batch.agent = next_.agent;
  batch.incarnation = next_.incarnation;
  batch.run_hash = next_.run_hash;
  batch.seq = next_.seq + 1;
  batch.from_mono_ns = next_.to_mono_ns;
  std::swap(batch, next_);
  for (RequestLog* log : moved_) {
    log->moved_ = false;
    if (log->ended_) free_.push_back(log);
  }
  // Those without chunks too: their next ones count from the new base.
  for (const auto& block : blocks_) {
    for (size_t i = 0; i < kBlockLogs; ++i) block[i].chunks_.Reset(base_us());
  }
  moved_.clear();
  return batch;
}

}  // namespace specctl::agent
