// AgentState: what the fold knows of one agent.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/analysis/open_request.h"
#include "common/journal/event.h"
#include "common/timeline/clock_map.h"

namespace specctl {

struct AgentState {
  uint32_t agent = 0;
  bool joined = false;
  uint64_t incarnation = 0, last_seq = 0;
  HostFacts host;
  uint32_t slots = 0;
  ClockMap clock;
  // Where no probe maps its clock: of the incarnation's first batch.
  std::optional<int64_t> real_minus_mono_ns;

  // Everything before it has been reported [ns since T0]; absent: nothing has.
  std::optional<int64_t> reported_ns;
  std::optional<int64_t> slots_filled_ns, first_idle_ns;  // since T0
  bool ended = false, lost = false;
  std::optional<int64_t> lost_ns;  // when it was given up, since T0
  std::string end_reason;

  std::unordered_map<uint64_t, OpenRequest> open;  // by ordinal
  // Requests of earlier incarnations that never finished.
  std::vector<OpenRequest> orphans;
  // By slot, the end of its last request where that failed and no other has begun since [agent's
  // monotonic clock].
  std::unordered_map<uint32_t, int64_t> backing_off_since_ns;
  std::array<uint64_t, kUnassignedReasons> unassigned{};  // by UnassignedReason, as reported
  std::optional<NullServerReport> null_server;

  uint64_t begun = 0, ok = 0, not_ok = 0;  // not_ok: finished otherwise
  uint64_t shed_turns = 0;
  uint64_t chunks = 0, reads = 0, coalesced_reads = 0, unstamped_reads = 0, chunks_dropped = 0;
  uint64_t receive_lag_p99_ns_max = 0, cpu_ns = 0, rss_bytes_max = 0;
  uint64_t wall_clock_steps = 0, spool_bytes_max = 0, unacknowledged_ns_max = 0;
  int64_t clock_bound_ns = 0;             // of its batches, the largest
  int64_t wall_clock_off_ns = 0;          // ahead of the controller's, where that was the most
  std::optional<int64_t> first_begin_ns;  // when it began its first request, since T0

  // It may still report; no agent that is lost or done will.
  bool MayReport() const { return joined && !ended; }
  // It delivered everything and said so.
  bool Delivered() const { return ended && !lost; }
};

}  // namespace specctl
