// Quirks: what real servers do to a stream that a reader of it could trip on, on demand.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "tools/sim/draws.h"
#include "tools/sim/engine_kind.h"

namespace specctl::sim {

// They change what is sent and how it is told, never what the engine does, but for kStopString and
// kAbort, which end replies.
enum class Quirk : uint8_t {
  kEmptyFirst,   // an event without a token, long before the first token
  kEmptyChunks,  // events without a token after a share of the steps
  kEmptyFinish,  // the finish reason has an event of its own, without a token
  kReasoning,    // chat: the first tokens are reasoning, up to one that is not shown
  kToolCalls,    // chat: the later tokens are a tool call, from one on that is not shown
  kStopString,   // where the request has `stop`: the reply ends in the middle of a step
  kAbort,        // the reply ends early, with the finish reason "abort"
  kLogprobs,     // as if each request asked for them
  kKeepalive,    // an SSE comment after a share of the steps
  kProgress,     // events that tell how far the prompt is
  kPerfMetrics,  // a named event after [DONE]
  kFramedIds,    // a named event with the ids of all tokens
  kNoNulls       // members that are null are left out
};
inline constexpr size_t kQuirks = 13;

// Which of them are on, and how often.  Thread-safe once it is set up.
class Quirks {
 public:
  // Takes NAME[:share], as in "reasoning" or "abort:0.1": a share of the replies, or of the steps.
  // INVALID_ARGUMENT  not of this form, an unknown name, a share outside [0, 1]
  absl::Status Add(std::string_view text);
  // INVALID_ARGUMENT  a server of `engine` does no such thing; says why
  absl::Status CheckFor(EngineKind engine) const;

  bool Has(Quirk quirk) const { return Share(quirk) > 0; }
  // Whether it happens to this reply, or at `index` of it.
  bool Happens(Quirk quirk, const Draws& of_reply, uint64_t index = 0) const;

 private:
  double Share(Quirk quirk) const { return shares_[static_cast<size_t>(quirk)]; }

  std::array<double, kQuirks> shares_{};
};

// A number in [0, below) for a quirk of one reply; `below` > 0.
uint64_t PickFor(Quirk quirk, const Draws& of_reply, uint64_t below);

// All names, as --help lists them.
std::string QuirkNames();

}  // namespace specctl::sim
