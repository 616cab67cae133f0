// RunInHand: what the session keeps of the run that this agent serves, until it is released.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/session/batch_store.h"
#include "common/base/clock.h"
#include "common/journal/agent_batch.h"
#include "common/session/agent_messages.h"

namespace specctl::agent {

// Pure but for the spool's file.
class RunInHand {
 public:
  RunInHand(std::string run_id, uint32_t agent, const BatchStore::Options& store);

  const std::string& run_id() const { return run_id_; }
  HeldRun Held() const;

  // Keeps the batch, and fills in what only the session knows of its health.  Where there is no
  // room for it, its chunk detail is dropped and counted.  One of another run is passed over.
  void Keep(AgentBatch batch, MonoTime now);

  // The batch that is to be sent next in this call, or nullopt.  DATA_LOSS as BatchStore's.
  absl::StatusOr<std::optional<SentBatch>> NextBatch();
  // Done, once, when every batch has been sent in this call.
  std::optional<AgentDone> TakeDone();
  // A new call: every batch without an Ack is sent again, and then Done.
  void BeginCall();
  void Acknowledge(uint64_t seq) { store_.Acknowledge(seq); }
  uint64_t spool_bytes() const { return store_.spool_bytes(); }
  void SetDone(bool stopped);

  // What was answered.
  std::optional<std::string> prepared;
  std::optional<Nanos> armed_late;

 private:
  const std::string run_id_;
  const uint64_t run_hash_;
  const uint32_t agent_;
  BatchStore store_;
  uint64_t last_seq_ = 0;
  uint64_t sent_seq_ = 0;  // in this call
  bool done_ = false, stopped_ = false;
  bool done_sent_ = false;  // in this call
};

}  // namespace specctl::agent
