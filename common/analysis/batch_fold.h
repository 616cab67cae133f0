// Applies one agent's batch: to its state, the windows, and the requests that it ends.
#pragma once

#include <functional>
#include <string>

#include <absl/status/status.h>

#include "common/analysis/agent_state.h"
#include "common/analysis/ended_request.h"
#include "common/analysis/run_context.h"
#include "common/analysis/window_health.h"
#include "common/analysis/window_table.h"
#include "common/journal/event.h"

namespace specctl {

class BatchFold {
 public:
  using OnFinished = std::function<void(EndedRequest request)>;

  // All outlive this.
  BatchFold(RunContext& run, WindowTable& windows, HealthFold& health, OnFinished on_finished)
      : run_(run), windows_(windows), health_(health), on_finished_(std::move(on_finished)) {}

  // DATA_LOSS where something in the batch contradicts what came before: that is passed over, the
  // rest is applied.  A batch that was applied before, or that has no place on the run's time, is
  // passed over whole.
  absl::Status ApplyBatch(const AgentBatch& batch, AgentState& agent);

 private:
  struct Placed;

  absl::Status CheckIdentity(const AgentBatch& batch, AgentState& agent);
  int64_t ToRunNs(const AgentBatch& batch, AgentState& agent);
  void AddBegun(const Placed& placed, AgentState& agent);
  void AddChunks(const Placed& placed, AgentState& agent);
  void AddChunk(const Placed& placed, const ChunkRecord& record, OpenRequest& request);
  void AddShed(const Placed& placed, AgentState& agent);
  void AddSlotTimes(const Placed& placed, AgentState& agent);
  void AddFinished(const Placed& placed, AgentState& agent);
  void AddHealth(const Placed& placed, AgentState& agent);
  void AddReports(const Placed& placed, AgentState& agent);
  void Contradiction(std::string text);

  RunContext& run_;
  WindowTable& windows_;
  HealthFold& health_;
  OnFinished on_finished_;
  absl::Status status_;  // the first contradiction of the batch at hand
};

}  // namespace specctl
