// WindowHealth: what the agents' health records say of each window, and the verdict that follows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "common/analysis/results.h"
#include "common/journal/event.h"
#include "common/stats/lag_histogram.h"

namespace specctl {

// A figure of the agent for which it is the largest.
struct WorstOfAgents {
  double value = 0;
  uint32_t agent = 0;
  // Takes the agent's figure where it is larger.
  void RaiseTo(double other, uint32_t of_agent);
};

struct WindowHealth {
  LagHistogram arrival_bound, send_lag;  // of all agents
  WorstOfAgents arrival_bound_p99_ms;    // whose it is
  WorstOfAgents send_lag_p99_ms;
  WorstOfAgents loop_lag_max_ms;
  WorstOfAgents throttled_share, stolen_share;  // of the time; of the host's cores' time
  WorstOfAgents clock_bound_ms;
  uint64_t chunks = 0, burst_chunks = 0;
  uint64_t in_flight = 0, agents_told = 0;  // at its end, summed over the agents that told
};

// What an agent's record is judged with.
struct HealthOrigin {
  uint32_t agent = 0;
  uint32_t cores = 0;     // of its host; 0: unknown
  int64_t to_run_ns = 0;  // added to the record's times: ns since T0
  int64_t clock_bound_ns = 0;
};

// Holds the windows' health until it is judged.  Not thread-safe.
class HealthFold {
 public:
  // Counts the record for every window of which it covers a tenth or more.
  // DATA_LOSS where it contradicts itself or can't be decoded: it is passed over.
  absl::Status ApplyHealth(const AgentHealth& health, const HealthOrigin& origin);

  // Empty where nothing was told of the window.
  const WindowHealth& At(size_t window) const;
  // The window will not be judged again: only its sums are kept.
  void Judged(size_t window);

  // Of the whole run, all agents.
  const LagHistogram& receive_lag() const { return receive_lag_; }

 private:
  LagHistogram receive_lag_;
  std::vector<WindowHealth> windows_;
};

// What made a window degraded or invalid.
struct WindowFault {
  ReasonCode code{};
  VerdictState state = VerdictState::kDegraded;
  double excess = 0;   // how many times its limit
  std::string text;    // figure, limit and agent
  uint32_t agent = 0;  // whose figure was the worst
};

struct WindowVerdict {
  VerdictState state = VerdictState::kValid;
  std::vector<WindowFault> faults;
};

// The window's median step latency and median TTFT, where it has any.
struct WindowScale {
  std::optional<int64_t> step_p50_ns, ttft_p50_ns;
};
// Thresholds: docs/metrics.md.
WindowVerdict JudgeWindow(const WindowHealth& health, const WindowScale& scale);

// The verdicts of the windows up to some second; none has been told to be invalid beyond.
class WindowVerdicts {
 public:
  void AddVerdict(WindowVerdict verdict) { verdicts_.push_back(std::move(verdict)); }
  size_t size() const { return verdicts_.size(); }
  // nullptr: not judged.
  const WindowVerdict* At(size_t window) const;
  // Whether the window that a time [ns since T0] lies in is invalid.
  bool IsInvalidAt(int64_t time_ns) const;

 private:
  std::vector<WindowVerdict> verdicts_;
};

}  // namespace specctl
