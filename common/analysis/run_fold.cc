#include "common/analysis/run_fold.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "common/analysis/run_results.h"
#include "common/analysis/run_so_far.h"
#include "common/analysis/run_state.h"

namespace specctl {
namespace {

// Takes each event of the journal to what the state does with it.
struct ToState {
  RunState& state;

  absl::Status operator()(const RunBegun& event) const { return state.OnRunBegun(event); }
  absl::Status operator()(const PlannedRow& event) const { return state.OnPlannedRow(event); }
  absl::Status operator()(const TargetProbed& event) const { return state.OnTargetProbed(event); }
  absl::Status operator()(const AgentJoined& event) const { return state.OnAgentJoined(event); }
  absl::Status operator()(const ClockProbed& event) const { return state.OnClockProbed(event); }
  absl::Status operator()(const Armed& event) const { return state.OnArmed(event); }
  absl::Status operator()(const StageChanged& event) const { return state.OnStageChanged(event); }
  absl::Status operator()(const AgentEnded& event) const { return state.OnAgentEnded(event); }
  absl::Status operator()(const AgentBatch& event) const { return state.OnAgentBatch(event); }
  absl::Status operator()(const Scraped& event) const { return state.OnScraped(event); }
  absl::Status operator()(const RunEnded& event) const { return state.OnRunEnded(event); }
  absl::Status operator()(const StatisticsRead& event) const { return state.run.AddLogged(event); }
  absl::Status operator()(const ControllerBegan& event) const {
    state.lives.OnControllerBegan(event);
    return absl::OkStatus();
  }
  // The change of stage says it too.
  absl::Status operator()(const DrainBegun&) const { return absl::OkStatus(); }
};

absl::Status ApplyOnFirstClock(RunState& state, const Event& event) {
  // A batch has no time of the controller's, and is large.
  if (!state.lives.shifted() || std::holds_alternative<AgentBatch>(event)) {
    return std::visit(ToState{state}, event);
  }
  return std::visit(ToState{state}, state.lives.OnFirstClock(event));
}

}  // namespace

RunFold::RunFold(RequestSink sink, Chunks chunks)
    : state_(std::make_unique<RunState>(std::move(sink), chunks)) {}
RunFold::RunFold(RunFold&&) noexcept = default;
RunFold::~RunFold() = default;

absl::Status RunFold::Apply(const Event& event) {
  absl::Status applied = absl::DataLossError("an event before the run's spec");
  // Everything else needs the spec: the number of agents, the targets, the load.
  if (state_->run.begun || std::holds_alternative<RunBegun>(event)) {
    applied = ApplyOnFirstClock(*state_, event);
  }
  // The first is told: what follows may come of it.
  if (!applied.ok() && state_->contradictions.events++ == 0) {
    state_->contradictions.first = std::string(applied.message());
  }
  return applied;
}

LiveFigures RunFold::Live() const {
  return state_->run.begun ? DescribeLive(*state_) : LiveFigures();
}

double RunFold::HoldSeconds() const { return static_cast<double>(HoldSecondsSoFar(*state_)); }

std::optional<FigureSet> RunFold::HoldSoFar() const {
  return HoldSeconds() > 0 ? specctl::HoldSoFar(*state_) : std::nullopt;
}

Results RunFold::Finish() {
  if (!state_->run.begun) {
    Results results;
    results.verdict.state = VerdictState::kInvalid;
    results.verdict.reasons.push_back(
        {.code = ReasonCode::kNothingMeasured, .text = "the journal has no run"});
    return results;
  }
  state_->SettleRest();
  return MakeResults(*state_);
}

const RunContext& RunFold::Run() const { return state_->run; }

const PlannedRow* RunFold::RowAt(uint64_t position) const { return state_->run.RowAt(position); }

}  // namespace specctl
