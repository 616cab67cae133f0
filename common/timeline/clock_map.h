// One agent's monotonic clock on the controller's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/journal/event.h"

namespace specctl {

// A time on the other clock; the true one is within `bound_ns` of it.
struct MappedTime {
  int64_t mono_ns = 0;
  int64_t bound_ns = 0;
};

// Boot ids of the two hosts; empty: unknown.
struct ClockHosts {
  std::string_view agent_boot_id, controller_boot_id;
};

// Learns the offset between the clocks from four-timestamp probes.
//
// A probe that spends d on its two ways knows the offset to d / 2, however uneven they are.  So of
// each burst (up to 16 probes with less than 0.5 s between them) only the quickest counts.  A
// straight line is fitted to the bursts around each burst, weighted by their bounds: it averages
// noise out and gives the drift.
//
// Bound: at a burst half its delay plus its distance from the line; between two the larger of
// theirs.  Away from a burst it grows by 1 ppm for the wander of a clock's rate (chrony's
// maxclockerror), and before the first and after the last also by what they leave open of the
// drift, which is at most 500 ppm.
//
// A burst that contradicts the line before it (a suspended host, a migrated machine, a clock that
// is slewed anew) begins a line of its own.  Between the two the map is midway and its bound holds
// both.
//
// The map gets better with later probes, so the same time may be mapped otherwise after one.
// Not thread-safe.
class ClockMap {
 public:
  // Equal, known boot ids are one clock: from then on the offset and its bound are 0.
  void SetHosts(const ClockHosts& hosts);

  // Takes the probes between one boot of either host, in the order they were made.  False, and the
  // probe is passed over, where its times contradict themselves or that order (an end before its
  // start, longer in the controller than between the agent's sending and receiving, below 0 or
  // beyond 73 years).
  bool AddProbe(const ClockProbed& probe);

  // The controller's time at the agent's `agent_mono_ns`; nullopt where nothing is known.
  // Times beyond 73 years are taken as 73.  O(log of the number of bursts), without allocating.
  std::optional<MappedTime> ToController(int64_t agent_mono_ns) const;
  // The other way round: the agent's time at the controller's `controller_mono_ns`.
  std::optional<MappedTime> ToAgent(int64_t controller_mono_ns) const;

 private:
  // Offsets are agent's clock less controller's.
  struct Burst {
    int64_t agent_ns = 0;        // middle of the quickest probe, by the agent's clock
    int64_t controller_ns = 0;   // and by the controller's
    int64_t offset_ns = 0;       // as that probe has it
    int64_t half_delay_ns = 0;   // bound of that
    int64_t fitted_ns = 0;       // offset by the line fitted around this burst
    int64_t bound_ns = 0;        // of the fitted offset
    double drift = 0;            // slope of that line
    double drift_bound = 0;      // bound of the slope
    bool begins_segment = true;  // the clocks jumped since the burst before
  };
  struct Offset {
    int64_t offset_ns = 0;
    int64_t bound_ns = 0;
  };

  bool JoinsLastBurst(const ClockProbed& probe) const;
  bool Contradicts(const Burst& burst) const;
  void FitLast();
  void Fit(size_t index);
  // `clock` says whose time it is.  That the drift is by the agent's clock makes no difference.
  using Clock = int64_t Burst::*;
  Offset OffsetAt(int64_t mono_ns, Clock clock) const;
  static Offset Extrapolated(const Burst& burst, int64_t mono_ns, Clock clock);

  bool same_host_ = false;
  std::vector<Burst> bursts_;  // ascending by both clocks
  uint32_t last_burst_probes_ = 0;
  int64_t last_send_ns_ = 0;                            // of the last probe, controller's clock
  int64_t last_agent_ns_ = 0, last_controller_ns_ = 0;  // middle of the last probe
};

}  // namespace specctl
