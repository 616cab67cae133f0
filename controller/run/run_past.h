// RunPast: what the journal says of a run that another life of its controller began.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/analysis/controller_lives.h"
#include "common/journal/event.h"
#include "controller/run/end_cause.h"
#include "controller/run/failure_limit.h"

namespace specctl::controller {

// Pure.  First every event of the journal, in its order; then BeginLife(), and its times are this
// life's.
class RunPast {
 public:
  struct Agent {
    bool joined = false;
    uint64_t incarnation = 0;
    HostFacts host;
    std::string resume_secret_sha256;
    uint64_t last_seq = 0;  // of its batches
    bool ended = false, lost = false;
  };

  void Apply(const Event& event);
  void BeginLife(const ControllerBegan& life);

  // The run can go on: agents were told, or are to be told, of its T0, and it has not ended.
  bool CanResume() const { return begun_ && armed_ && !ended_; }
  const std::optional<RunBegun>& begun() const { return begun_; }
  const std::vector<TargetProbed>& targets() const { return targets_; }
  const std::vector<Agent>& agents() const { return agents_; }
  const std::optional<RunEnded>& ended() const { return ended_; }
  // After BeginLife():
  const ControllerBegan& life() const { return life_; }
  Armed ArmedNow() const;                      // requires armed
  std::optional<DrainBegun> DrainNow() const;  // nullopt: it does not drain
  const EndCause& cause() const { return cause_; }
  RunStage stage() const { return stage_; }
  const FailureLimit& failures() const { return *failures_; }  // requires begun
  Nanos away() const { return Nanos(lives_.away_ns()); }       // over all its lives

 private:
  void ApplyOnFirstClock(const Event& event);
  void OnDrain(const DrainBegun& drain);
  void OnDraining(const std::string& reason);
  // Whether the loss of an agent, which is noted, ends the run.
  bool IsEndedByLoss() const;

  ControllerLives lives_;
  ControllerBegan life_;
  std::optional<RunBegun> begun_;
  std::vector<TargetProbed> targets_;
  std::vector<Agent> agents_;
  std::optional<Armed> armed_;
  std::optional<DrainBegun> drain_;
  EndCause cause_;
  RunStage stage_ = RunStage::kPreparing;
  std::optional<RunEnded> ended_;
  std::optional<FailureLimit> failures_;
};

}  // namespace specctl::controller
