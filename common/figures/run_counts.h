// Counts of requests and tokens; docs/metrics.md defines each.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/journal/agent_batch.h"

namespace specctl {

// Counts of requests; planned = sent + shed + unassigned, sent = the outcomes' sum + in_flight.
struct Conservation {
  std::optional<uint64_t> planned;
  uint64_t sent = 0, shed = 0;
  std::array<uint64_t, kUnassignedReasons> unassigned{};  // by UnassignedReason
  uint64_t ok = 0, failed = 0, timed_out = 0, cancelled = 0, lost = 0;
  uint64_t in_flight = 0;  // 0 once a run has ended
  uint64_t resends = 0;
  uint64_t Unassigned() const;
  bool Holds() const;  // both identities
};

struct TokenTotals {
  std::optional<uint64_t> input, output;
  uint64_t requests_without_totals = 0;
  // By finish reason, ok requests.
  std::map<std::string, uint64_t> finish_reasons;
};

}  // namespace specctl
