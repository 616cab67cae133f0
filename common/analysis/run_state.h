// The state of a RunFold.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "common/analysis/agent_state.h"
#include "common/analysis/batch_fold.h"
#include "common/analysis/controller_lives.h"
#include "common/analysis/failure_table.h"
#include "common/analysis/planned_arrivals.h"
#include "common/analysis/run_context.h"
#include "common/analysis/run_fold.h"
#include "common/analysis/server_fold.h"
#include "common/analysis/settlement.h"
#include "common/analysis/stages.h"
#include "common/analysis/verdict.h"
#include "common/analysis/window_health.h"
#include "common/analysis/window_table.h"

namespace specctl {

struct RunState {
  RunState(RunFold::RequestSink sink, RunFold::Chunks chunks);

  // Each event of the journal, in its order.  DATA_LOSS as RunFold::Apply() says.
  absl::Status OnRunBegun(const RunBegun& event);
  absl::Status OnPlannedRow(const PlannedRow& event);
  absl::Status OnTargetProbed(const TargetProbed& event);
  absl::Status OnAgentJoined(const AgentJoined& event);
  absl::Status OnClockProbed(const ClockProbed& event);
  absl::Status OnArmed(const Armed& event);
  absl::Status OnStageChanged(const StageChanged& event);
  absl::Status OnAgentEnded(const AgentEnded& event);
  absl::Status OnAgentBatch(const AgentBatch& event);
  absl::Status OnScraped(const Scraped& event);
  absl::Status OnRunEnded(const RunEnded& event);

  // nullptr: the run has no such agent, or it has not joined.
  AgentState* FindAgent(uint32_t agent);
  StageFacts Facts() const;
  // The run goes on when that agent is lost, which is known from `lost_ns` on: what it makes of the
  // hold.  The agent is not marked as lost yet.
  void GoOnWithout(const AgentState& agent, int64_t lost_ns);
  // Up to where the stage of what began is final, if all has been reported before `reported_ns`.
  int64_t StagesFinalUntil(int64_t reported_ns) const;
  StageBounds Bounds() const { return FindStages(run.spec().load, Facts()); }
  // Time before which every agent that may report has reported; nullopt: none may.
  std::optional<int64_t> ReportedByAll() const;
  // Closes the windows before `until_ns` and judges them.
  void CloseWindows(int64_t until_ns);
  // Settles what the reports so far decide.
  void Settle();
  // Ends what is still open, as lost, and settles everything.
  void SettleRest();
  void LoseOpenRequests(AgentState& agent);
  void LoseRequest(AgentState& agent, OpenRequest request);
  void OnFinished(EndedRequest request);
  void CountFailure(const EndedRequest& request);
  void CountOddities(const RequestFinished& finish);

  RunContext run;
  std::vector<AgentState> agents;  // by number
  WindowTable windows;
  HealthFold health;
  WindowVerdicts verdicts;  // of the closed windows
  ServerFold servers;
  Settlement settlement;
  std::optional<PlannedArrivals> planned_arrivals;  // of an open loop
  BatchFold batches;
  Contradictions contradictions;
  ControllerLives lives;
  RunStage stage = RunStage::kPreparing;
  std::optional<int64_t> draining_ns;  // since T0
  // Of a run that goes on without lost agents; see StageFacts.
  std::optional<int64_t> reduced_ns, hold_not_before_ns;
  std::optional<int64_t> cut_off_ns;  // where the journal ends without a word of the end
  int64_t latest_ns = 0;              // latest time reported, since T0
  std::map<std::string, uint64_t> finish_reasons;
  FailureTable failures;
  ResponseOddities oddities;
  uint64_t logged_requests = 0,
           requests_with_id = 0;  // that found their log entry; that told an id
};

}  // namespace specctl
