#include "common/analysis/live_figures.h"

#include <algorithm>
#include <span>
#include <variant>

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

// Of the seconds before `end`.
struct RecentWindows {
  std::span<const Window> windows;
  size_t first = 0, end = 0;
};

// What counters tell of them.
WindowValues SumOf(const RecentWindows& recent, double seconds) {
  Window sum;
  for (const Window& window : recent.windows) {
    sum.output_tokens += window.output_tokens;
    sum.chunks += window.chunks;
    sum.unknown_chunks += window.unknown_chunks;
    sum.steps += window.steps;
    sum.step_tokens += window.step_tokens;
    sum.begun += window.begun;
    sum.ok += window.ok;
    sum.not_ok += window.not_ok;
  }
  WindowValues values{.begun = sum.begun, .ok = sum.ok, .failed = sum.not_ok, .chunks = sum.chunks};
  // With chunks of unknown tokens the sum is too small.
  if (sum.unknown_chunks == 0) values.output_tps = static_cast<double>(sum.output_tokens) / seconds;
  if (sum.steps > 0) {
    values.acceptance_length =
        static_cast<double>(sum.step_tokens) / static_cast<double>(sum.steps);
  }
  return values;
}

void SetQuantiles(const WindowTable::Sketches& sketches, WindowValues& values) {
  values.ttft_p50_ms = QuantileMs(sketches.ttft, 0.50);
  values.ttft_p99_ms = QuantileMs(sketches.ttft, 0.99);
  values.step_latency_p50_ms = QuantileMs(sketches.step, 0.50);
  values.step_latency_p99_ms = QuantileMs(sketches.step, 0.99);
  values.itl_p50_ms = QuantileMs(sketches.itl, 0.50);
  values.itl_p99_ms = QuantileMs(sketches.itl, 0.99);
  const auto user_tps = [&](double q) -> std::optional<double> {
    const std::optional<double> itl_ms = QuantileMs(sketches.itl, 1 - q);
    return itl_ms.value_or(0) > 0 ? std::optional(1e3 / *itl_ms) : std::nullopt;
  };
  values.user_tps_p50 = user_tps(0.50);
  values.user_tps_p10 = user_tps(0.10);
  values.user_tps_p1 = user_tps(0.01);
}

// A mean of the values that are known.
class KnownMean {
 public:
  void AddValue(const std::optional<double>& value) {
    if (!value) return;
    sum_ += *value;
    ++count_;
  }
  std::optional<double> sum() const { return count_ > 0 ? std::optional(sum_) : std::nullopt; }
  std::optional<double> mean() const {
    return count_ > 0 ? std::optional(sum_ / count_) : std::nullopt;
  }

 private:
  double sum_ = 0;
  uint32_t count_ = 0;
};

void SetServers(const ServerFold& servers, const RecentWindows& recent, WindowValues& values) {
  KnownMean running, waiting, kv_cache_share, generated, drafts, accepted;
  for (size_t second = recent.first; second < recent.end; ++second) {
    const ServerWindow window = servers.WindowAt(second);
    running.AddValue(window.running);
    waiting.AddValue(window.waiting);
    kv_cache_share.AddValue(window.kv_cache_share);
    generated.AddValue(window.generated_tokens);
    drafts.AddValue(window.drafts);
    accepted.AddValue(window.accepted_tokens);
    if (window.replicas) values.replicas = window.replicas;
  }
  values.servers_running = running.mean();
  values.servers_waiting = waiting.mean();
  values.servers_kv_cache_share = kv_cache_share.mean();
  values.servers_generated_tokens = generated.sum();
  if (accepted.sum() && drafts.sum().value_or(0) > 0) {
    // The target model adds a token to each draft.
    values.servers_acceptance_per_draft = 1 + *accepted.sum() / *drafts.sum();
  }
}

LiveArrivals ArrivalsIn(const RecentWindows& recent, const LogLinearSketch& lateness,
                        double seconds) {
  uint64_t planned = 0;
  for (const Window& window : recent.windows) planned += window.planned;
  return {.planned_per_s = static_cast<double>(planned) / seconds,
          .achieved_per_s = static_cast<double>(lateness.count()) / seconds,
          .lateness_p50_ms = QuantileMs(lateness, 0.50),
          .lateness_p99_ms = QuantileMs(lateness, 0.99)};
}

void SetCurves(const RunState& state, LiveFigures& live) {
  const std::span<const Window> windows = state.windows.windows();
  // A window that may still get tokens would look like a drop.
  const size_t end = std::min(state.windows.closed(), windows.size());
  for (size_t i = end - std::min(end, kLiveSeconds); i < end; ++i) {
    live.output_tps_by_second.push_back(static_cast<double>(windows[i].output_tokens));
  }
  const WindowTable::Recent merged = state.windows.MergeRecent();
  if (merged.windows == 0) return;
  RecentWindows recent{.windows = {},
                       .first = state.windows.closed() - merged.windows,
                       .end = state.windows.closed()};
  const size_t first = std::min(recent.first, end);
  recent.windows = windows.subspan(first, end - first);
  const auto seconds = static_cast<double>(merged.windows);
  WindowValues& values = live.recent.emplace(SumOf(recent, seconds));
  values.in_flight_mean = merged.in_flight_mean;
  SetQuantiles(merged.values, values);
  SetServers(state.servers, recent, values);
  if (state.planned_arrivals && live.stage < LiveStage::kDrain) {
    live.arrivals = ArrivalsIn(recent, merged.values.lateness, seconds);
  }
}

}  // namespace

LiveFigures DescribeLive(const RunState& state) {
  LiveFigures live;
  live.planned = state.run.begun->planned_requests;
  live.elapsed_s = static_cast<double>(state.latest_ns) / static_cast<double>(kSecondNs);
  live.stage = StageNow(state);
  for (const AgentState& agent : state.agents) {
    if (!agent.joined) continue;
    ++live.agents;
    live.agents_lost += agent.lost ? 1 : 0;
    live.begun += agent.begun;
    live.done += agent.ok + agent.not_ok;
    live.failed += agent.not_ok;
    live.shed += agent.shed_turns;
    if (!agent.lost) live.in_flight += agent.open.size();
  }
  SetCurves(state, live);
  live.verdict = JudgeSoFar({.agents = state.agents,
                             .contradictions = state.contradictions,
                             .verdicts = state.verdicts,
                             .bounds = state.Bounds()});
  return live;
}

}  // namespace specctl
