// BatchRecorder: what happened since the last batch, in the form the controller gets it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "common/base/clock.h"
#include "common/journal/chunk_codec.h"
#include "common/journal/event.h"

namespace specctl::agent {

// The chunks of one request that no batch holds yet.  Two cache lines.
class alignas(64) RequestLog {
 public:
  uint64_t ordinal() const { return ordinal_; }

 private:
  friend class BatchRecorder;
  uint64_t ordinal_ = 0;
  ChunkRunEncoder chunks_;
  bool moved_ = false;  // has chunks for the next batch
  bool ended_ = false;
};

// Memory: one log for each open request, reused.  Not thread-safe.
class BatchRecorder {
 public:
  struct Identity {
    uint32_t agent = 0;
    uint64_t incarnation = 0;
    uint64_t run_hash = 0;  // RunHash() of the run
  };
  // The first batch begins at `from`.
  BatchRecorder(Identity identity, MonoTime from);

  // Numbers the request and opens its log, which lives until Finish().
  RequestLog& BeginRequest(RequestBegun begun);
  void AppendChunk(RequestLog& log, const ChunkRecord& chunk);
  // `finished.ordinal` is set here.
  void FinishRequest(RequestLog& log, RequestFinished finished);
  void SetHealth(const AgentHealth& health) { next_.health = health; }
  void AddShed(const ShedArrival& shed) { next_.shed.push_back(shed); }
  void SetSlotsFilled(MonoTime at);
  void SetFirstIdle(MonoTime at);
  void SetUnassigned(std::vector<Unassigned> unassigned);
  void SetNullServer(const NullServerReport& report) { next_.null_server = report; }

  // Requests begun that no batch has reported.
  size_t unreported_begun() const { return next_.begun.size(); }
  uint32_t in_flight() const { return in_flight_; }

  // The batch of all up to now, its time range ending at `to`: everything before `to` has been
  // recorded.  A `to` before the last one's counts as that.
  AgentBatch Cut(MonoTime to, Nanos real_minus_mono);

 private:
  static constexpr size_t kBlockLogs = 64;

  void AddBlock();
  int64_t base_us() const { return next_.from_mono_ns / 1000; }

  AgentBatch next_;
  uint64_t begun_ = 0;
  uint32_t in_flight_ = 0;
  // All there ever were, in blocks: addresses are stable, and many logs share a page.
  std::vector<std::unique_ptr<RequestLog[]>> blocks_;
  std::vector<RequestLog*> free_, moved_;
};

}  // namespace specctl::agent
