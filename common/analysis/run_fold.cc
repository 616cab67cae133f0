#include "common/analysis/run_fold.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "common/analysis/run_results.h"
#include "common/analysis/run_so_far.h"
#include "common/analysis/run_state.h"

namespace specctl {
namespace {

constexpr size_t kLiveSeconds = 60;

std::optional<double> QuantileMs(const LogLinearSketch& sketch, double q) {
  const std::optional<Nanos> value = sketch.Quantile(q);
  return value ? std::optional(static_cast<double>(value->count()) / 1e6) : std::nullopt;
}

LiveStage StageNow(const RunState& state) {
  switch (state.stage) {
    case RunStage::kPreparing:
      return LiveStage::kPreparing;
    case RunStage::kArmed:
      // T0 is a moment ahead: armed, until the first agent reports time after it.
      if (state.latest_ns <= 0) return LiveStage::kArmed;
      break;
    case RunStage::kRunning:
      break;
    case RunStage::kDraining:
      return LiveStage::kDrain;
    case RunStage::kDone:
      return LiveStage::kDone;
  }
  return LiveStageOf(state.Bounds().At(state.latest_ns));
}

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
  const RunState& state = *state_;
  LiveFigures live;
  if (!state.run.begun) return live;
  live.planned = state.run.begun->planned_requests;
  live.elapsed_s = static_cast<double>(state.latest_ns) / static_cast<double>(kSecondNs);
  live.stage = StageNow(state);
  for (const AgentState& agent : state.agents) {
    if (!agent.joined) continue;
    ++live.agents;
    live.agents_lost += agent.lost ? 1 : 0;
    live.done += agent.ok + agent.not_ok;
    live.failed += agent.not_ok;
    if (!agent.lost) live.in_flight += agent.open.size();
  }
  const std::span<const Window> windows = state.windows.windows();
  // A window that may still get tokens would look like a drop.
  const size_t end = std::min(state.windows.closed(), windows.size());
  for (size_t i = end - std::min(end, kLiveSeconds); i < end; ++i) {
    live.output_tps_by_second.push_back(static_cast<double>(windows[i].output_tokens));
  }
  const WindowTable::Recent recent = state.windows.MergeRecent();
  live.ttft_p50_ms = QuantileMs(recent.ttft, 0.50);
  live.ttft_p99_ms = QuantileMs(recent.ttft, 0.99);
  live.step_p50_ms = QuantileMs(recent.step, 0.50);
  live.step_p99_ms = QuantileMs(recent.step, 0.99);
  live.verdict = JudgeSoFar({.agents = state.agents,
                             .contradictions = state.contradictions,
                             .verdicts = state.verdicts,
                             .bounds = state.Bounds()});
  return live;
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
