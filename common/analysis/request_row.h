// RequestRow: one request, as requests.jsonl prints it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/analysis/figure_types.h"
#include "common/journal/agent_batch.h"

namespace specctl {

// Times in ns since T0.
struct RequestRow {
  uint64_t position = 0, cycle = 0, epoch = 0;
  uint32_t turn = 0, agent = 0, target = 0;
  uint64_t planned_row = 0;  // order index
  std::string stage;
  RequestFinished finish;  // finish.error etc.
  Outcome outcome = Outcome::kLost;
  std::optional<int64_t> start_ns, first_token_ns, last_token_ns, end_ns, slot_free_ns;
  std::optional<int64_t> first_answer_ns;
  int64_t begin_ns = 0;
  std::optional<uint64_t> steps, drafts, drafted_tokens, accepted_tokens;
  std::optional<AcceptanceSource> acceptance_source;
  std::optional<uint32_t> first_chunk_tokens;
  uint64_t counted_tokens = 0;  // sum over chunks, those of unknown tokens left out
  uint64_t apart_tokens = 0;    // that chunks and total disagree about
  TokenFault token_fault = TokenFault::kNone;
  // What the totals count for it: the server's, else the sum over chunks if all are known.
  std::optional<uint64_t> output_tokens;
};

}  // namespace specctl
