// Faults that the simulated engine makes on demand.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "tools/sim/draws.h"

namespace specctl::sim {

enum class FaultKind {
  kRefuse,      // the connection is reset at once; for all of them: nothing listens
  k429,         // an error reply
  k503,         // an error reply
  kHang,        // the request is read and never answered
  kCut,         // the connection closes in mid-stream
  kErrorEvent,  // an error event after the 200, then [DONE]
  kGarbage,     // bytes that are no HTTP chunk in mid-stream
  kBadJson,     // an event in mid-stream that is no JSON
  kSlow,        // bytes come a few at a time
  kSilent,      // the stream stops and stays open
};

struct Fault {
  FaultKind kind = FaultKind::k503;
  double share = 1;           // of requests; of connections for kRefuse
  uint32_t after_chunks = 5;  // token-bearing ones, for those in mid-stream
};

// Reads KIND[:share][:after_chunks], as in "503:0.1" or "cut:1:20".  Kinds: refuse, 429, 503, hang,
// cut, error-event, garbage, bad-json, slow, silent.
// INVALID_ARGUMENT  not of this form, an unknown kind, a share outside [0, 1]
absl::StatusOr<Fault> ParseFault(std::string_view text);

// Which requests meet which fault: the `ordinal`-th request meets the first fault of the list whose
// seeded draw falls into its share.  Pure; thread-safe.
class FaultPlan {
 public:
  FaultPlan(std::vector<Fault> faults, uint64_t seed) : faults_(std::move(faults)), draws_{seed} {}

  std::optional<Fault> OfRequest(uint64_t ordinal) const { return Pick(ordinal, false); }
  // Only kRefuse.
  bool RefusesConnection(uint64_t ordinal) const { return Pick(ordinal, true).has_value(); }
  bool RefusesAll() const;

 private:
  std::optional<Fault> Pick(uint64_t ordinal, bool connections) const;

  std::vector<Fault> faults_;
  Draws draws_;
};

}  // namespace specctl::sim
