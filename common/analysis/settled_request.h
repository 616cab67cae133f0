// SettledRequest: what figures need of a request once it is over.
//
// A request has three forms in the fold, one after the other:
//
//   OpenRequest     from its begin (RequestBegun) to its end: counts of its chunks, 4 bytes a step
//   EndedRequest    from its end (RequestFinished, or that of its agent) until it is settled, a
//                   second or two later; its line of requests.jsonl is written, and it is gone
//   SettledRequest  to the end of the fold: one small row a request is all that is kept; of one
//                   that was in flight where the hold ended, a second row tells how it was then
//
// What a form may lack is optional in it: here packed, for there are many.  A count of 0 is none.
#pragma once

#include <array>
#include <cstdint>

#include "common/analysis/stages.h"
#include "common/analysis/step_store.h"
#include "common/base/packed_optional.h"
#include "common/journal/event.h"

namespace specctl {

// Whether the server had the keys and values of a part of the prompt, as its usage says.
enum class PromptCache : uint8_t { kUntold, kCold, kHot };

struct SettledRequest {
  using Time = PackedOptional<int64_t>;
  using Tokens = PackedOptional<uint32_t>;

  uint64_t position = 0;
  uint64_t question = 0;  // the same for requests of one dataset row, however often it is sent
  // ns since T0; differences of two are differences on the agent's own clock.
  int64_t begin_ns = 0, due_ns = 0;
  Time start_ns;                       // absent: never sent
  Time end_ns;                         // absent: never reported
  Time first_token_ns, last_token_ns;  // absent: no chunk
  Time first_answer_ns;                // absent: no chunk that is no reasoning
  Time connect_ns, round_trip_ns;      // durations; absent: on a connection that was there
  Tokens input_tokens;
  Tokens output_tokens;         // the server's total, else the chunks' sum
  Tokens first_chunk_tokens;    // 1 with kTotalsOnly
  Tokens draft_length;          // as its statistics say
  uint32_t counted_tokens = 0;  // sum over chunks of known tokens
  uint32_t apart_tokens = 0;    // that chunks and total disagree about
  uint32_t agent = 0, target = 0, turn = 0, chunks = 0;
  uint16_t resends = 0;
  Outcome outcome = Outcome::kLost;
  FailureKind failure = FailureKind::kNone;
  TokenFault token_fault = TokenFault::kNone;
  Stage stage = Stage::kRamp;
  PromptCache prompt_cache = PromptCache::kUntold;
  // Numbers in RunContext::header_values and ::addresses.
  uint8_t header = 0, address = 0;
  bool totals_only = false, has_reasoning = false;
  bool chunks_unknown = false;  // tokens of some chunks are
  // Its tokens can't be given to its chunks: it has no per-token figures.
  bool unattributed = false;
  // It began, or its first or last token arrived, in a window whose figures can't be trusted.
  bool in_invalid_window = false;
  bool contradictory_statistics = false;  // of its speculative steps: none of them is used
  // How far the arrivals of the first and the last token-bearing chunk are unknown.
  uint32_t first_within_us = 0, last_within_us = 0;
  // Agent said it was done and never reported this one's end: neither finished nor lost.
  bool unexplained = false;
  // As it was where the hold ended (HeldRequest()), which is no end of its own: it was in flight.
  bool cut = false;
  std::array<StepSums, kStepSources> steps;

  bool ok() const { return outcome == Outcome::kOk; }
  // The prompt's step alone: nothing that follows could be told of.
  bool has_no_step() const { return ok() && output_tokens && *output_tokens <= 1; }
  const StepSums& StepsFrom(StepSource source) const { return steps[static_cast<size_t>(source)]; }
};

}  // namespace specctl
