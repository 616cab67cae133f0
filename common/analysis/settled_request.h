// SettledRequest: what figures need of a request once it is over.  One small row a request is all
// that a fold keeps of it.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "common/analysis/stages.h"
#include "common/analysis/step_store.h"
#include "common/journal/event.h"

namespace specctl {

struct SettledRequest {
  static constexpr int64_t kNoTime = std::numeric_limits<int64_t>::min();

  uint64_t position = 0;
  uint64_t question = 0;  // the same for requests of one dataset row, however often it is sent
  // ns since T0; differences of two are differences on the agent's own clock.
  int64_t begin_ns = kNoTime, slot_free_ns = kNoTime, start_ns = kNoTime, end_ns = kNoTime;
  int64_t first_token_ns = kNoTime, last_token_ns = kNoTime, first_answer_ns = kNoTime;
  int64_t connect_ns = kNoTime, round_trip_ns = kNoTime;
  std::optional<uint32_t> input_tokens;
  std::optional<uint32_t> output_tokens;       // the server's total, else the chunks' sum
  std::optional<uint32_t> first_chunk_tokens;  // 1 with kTotalsOnly
  uint32_t counted_tokens = 0;                 // sum over chunks of known tokens
  uint32_t apart_tokens = 0;                   // that chunks and total disagree about
  uint32_t agent = 0, target = 0, turn = 0, chunks = 0;
  uint32_t draft_length = 0;  // as its statistics say; 0: they do not
  uint16_t resends = 0;
  Outcome outcome = Outcome::kLost;
  FailureKind failure = FailureKind::kNone;
  TokenFault token_fault = TokenFault::kNone;
  Stage stage = Stage::kRamp;
  bool totals_only = false, has_reasoning = false;
  bool chunks_unknown = false;  // tokens of some chunks are
  // Its tokens can't be given to its chunks: it has no per-token figures.
  bool unattributed = false;
  // It began, or its first or last token arrived, in a window whose figures can't be trusted.
  bool in_invalid_window = false;
  // How far the arrivals of the first and the last token-bearing chunk are unknown.
  uint32_t first_within_us = 0, last_within_us = 0;
  // Agent said it was done and never reported this one's end: neither finished nor lost.
  bool unexplained = false;
  std::array<StepSums, kStepSources> steps;

  bool ok() const { return outcome == Outcome::kOk; }
  const StepSums& StepsFrom(StepSource source) const { return steps[static_cast<size_t>(source)]; }
};

}  // namespace specctl
