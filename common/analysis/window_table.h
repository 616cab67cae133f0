// WindowTable: what happened in each second of the run.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "common/analysis/stages.h"
#include "common/stats/log_linear_sketch.h"

namespace specctl {

// Time that slots spent in a state, summed over slots.  Held as a part of the window in which each
// began or ended it, and the change in how many are in it throughout: O(1) for each.
struct SlotTime {
  int64_t partial_ns = 0;
  int64_t delta = 0;
};

struct Window {
  uint64_t output_tokens = 0;  // by arrival, all outcomes
  uint64_t input_tokens = 0;   // of requests whose first token arrived in it
  uint64_t chunks = 0, unknown_chunks = 0;
  uint64_t steps = 0, step_tokens = 0;  // chunks after their request's first, of known tokens
  uint32_t begun = 0, ok = 0, not_ok = 0;
  uint32_t planned = 0;      // conversations that were to arrive in it; once it is closed
  uint32_t shed = 0;         // conversations that arrived in it and were given up
  int64_t shed_last_ns = 0;  // when the last of them was due; 0: there is none
  SlotTime in_flight, backing_off;
  // Of step latencies and TTFTs by arrival, once the window is closed.
  std::optional<int64_t> step_p50_ns, step_p99_ns, ttft_p50_ns;
};

// Quantiles need a sketch only while a window can still get values: sketches are those of the
// windows that are not closed and of the last few that are, whatever the run's length.
class WindowTable {
 public:
  // Longest run that is believed; a time beyond it is an error in the journal.
  static constexpr int64_t kRunSecondsMax = 8 * 86'400;
  static constexpr size_t kRecentWindows = 10;
  static constexpr bool IsPlausible(int64_t time_ns) {
    return time_ns > -3'600 * kSecondNs && time_ns < kRunSecondsMax * kSecondNs;
  }

  // The window of a plausible time; times before T0 are in the first one.
  Window& At(int64_t time_ns);
  void AddStepLatency(int64_t arrival_ns, int64_t gap_ns);
  void AddTtft(int64_t arrival_ns, int64_t ttft_ns);
  void AddItl(int64_t end_ns, int64_t itl_ns);
  void AddLateness(int64_t begin_ns, int64_t late_ns);
  // A slot enters (`change` 1) or leaves (-1) a state.
  void AddEdge(SlotTime Window::*state, int64_t time_ns, int change);

  // Every event before `time_ns` has been told: windows that end by then are closed.
  void CloseBefore(int64_t time_ns);

  std::span<const Window> windows() const { return windows_; }
  size_t closed() const { return closed_; }
  // Values by the window in which a chunk arrived (step latency, TTFT), a request ended (ITL), or a
  // conversation of an open loop began (how late).
  struct Sketches {
    LogLinearSketch step, ttft, itl, lateness;
  };
  // Of the last closed windows, kRecentWindows at most.
  struct Recent {
    Sketches values;
    size_t windows = 0;
    double in_flight_mean = 0;
  };
  Recent MergeRecent() const;

  // Mean number of slots in the state, for each window.
  std::vector<double> MeanSlots(SlotTime Window::*state) const;

 private:
  struct ClosedWindow {
    Sketches values;
    double in_flight_mean = 0;
  };
  static size_t IndexOf(int64_t time_ns);
  Sketches* SketchesAt(int64_t time_ns);  // nullptr: that window is closed
  double InFlightMeanOfFirst();
  void CloseFirst();

  std::vector<Window> windows_;
  size_t closed_ = 0;
  std::deque<Sketches> open_;         // of the windows closed_, closed_ + 1, ...
  std::deque<ClosedWindow> recent_;   // before closed_
  int64_t in_flight_throughout_ = 0;  // the first window that is not closed, but for its edges
};

}  // namespace specctl
