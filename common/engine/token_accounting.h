// How a response's tokens and speculative steps are known.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace specctl {

// What the tokens of a response's chunks are counted from, best first.  kTotalsOnly: only the final
// usage is known, not the tokens of each chunk.  kNone: not even that.
enum class TokenSource {
  kUnknown,
  kContinuousUsage,
  kTokenIds,
  kTimings,
  kLogprobs,
  kTotalsOnly,
  kNone
};

// Why the tokens of a response can't be given to its chunks.  Usage on chunks is used only where it
// is cumulative and current: it never falls, grows where there is output, and ends at the total.
enum class TokenFault {
  kNone,
  kUsageFalls,      // e.g. of each chunk alone
  kUsageStalls,     // output came and usage did not grow: e.g. the final total on every chunk
  kUsageLags,       // the first output came with usage at 0: it tells of the chunk before
  kUsageNotTotal,   // what it ended at is not the total
  kAboveMaxTokens,  // a total that the request did not allow
  kOtherChoices     // more choices than were asked for: the total is of all
};

// Drafts of one length.
struct DraftsOfLength {
  uint32_t draft_length = 0;
  std::vector<uint64_t> acceptance_histogram;  // [k]: with k accepted
  bool operator==(const DraftsOfLength&) const = default;
};

// Steps as the engine itself reported them for one request: see ParseSpeculation().
struct SpeculationStats {
  uint64_t drafts = 0;  // steps that had a draft (num_spec_steps, spec_verify_ct)
  uint64_t drafted_tokens = 0;
  uint64_t accepted_tokens = 0;                // cut-off tokens of the last step included
  uint32_t draft_length = 0;                   // the longest (num_spec_tokens); 0: unknown
  std::vector<uint64_t> acceptance_histogram;  // [k]: draft steps with k accepted; may be empty
  std::optional<uint64_t> steps;  // all after the prompt's, where the engine counts them (SGLang)
  // How often the engine took the response out for want of memory and computed it anew; the token
  // that each such prefill yields is of no step.  nullopt: not told.
  std::optional<uint64_t> retractions;
  std::vector<DraftsOfLength> by_draft_length;  // newest vLLM; empty: not told
  // Per step with a draft, in order; empty unless the server is in detailed mode.
  std::vector<uint32_t> per_step_accepted, per_step_drafted;
  bool operator==(const SpeculationStats&) const = default;
};

// What the `timings` on the events of one response (llama.cpp) say of its steps after the prompt's.
struct TimingsStats {
  uint64_t drafted_tokens = 0;
  uint64_t accepted_tokens = 0;  // cut-off tokens of the last step included
  // nullopt where the events leave it open, or contradict it.
  std::optional<uint64_t> steps;
  // Whether every step is known: [k] of the histogram is steps with a draft that had k accepted,
  // and the others had no draft.
  bool each_step_known = false;
  std::vector<uint64_t> acceptance_histogram;
  std::vector<uint64_t> spent_histogram;  // [k]: of these, drafts of k tokens, all accepted
  bool operator==(const TimingsStats&) const = default;
};

}  // namespace specctl
