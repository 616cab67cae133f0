// OpenRequest: a request that has begun, by what its chunks have told so far; settled_request.h
// says what becomes of it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "common/journal/chunk_codec.h"
#include "common/journal/event.h"
#include "common/speculation/acceptance.h"

namespace specctl {

// A chunk as it was reported, for those who want each one.
struct KeptChunk {
  int64_t arrival_ns = 0;  // since T0
  int64_t early_ns = 0;
  int64_t arrival_unix_ns = 0;
  std::optional<uint32_t> tokens;
};

// What a request's chunks were up to some time.
struct StreamPart {
  uint64_t chunks = 0, unknown_chunks = 0, counted_tokens = 0;
  std::optional<int64_t> last_us;  // agent's clock
  uint32_t last_within_us = 0;
};

// Follows the token-bearing chunks.  Keeps 4 bytes a step, the gaps, until the request is settled,
// since only its outcome and stage say which figures they enter; and what the chunks were at the
// end of each second, one of which may turn out to end the hold.
struct OpenRequest {
  RequestBegun begun;
  int64_t to_run_ns = 0;  // added to the agent's times of this request: ns since T0

  uint64_t chunks = 0, unknown_chunks = 0, counted_tokens = 0;
  // Arrivals [agent's clock] of the first and the last chunk, and of the first that is no
  // reasoning.
  std::optional<int64_t> first_us, last_us, answer_us;
  std::optional<uint32_t> first_tokens, last_tokens;
  bool has_reasoning = false;
  StepHistogram after_first;      // lengths of the chunks after the first, where known
  int64_t step_us = 0;            // arrival of the last step's first chunk
  std::vector<uint32_t> gaps_us;  // between successive steps' first chunks, rounded down
  // How far the arrivals of those first chunks are unknown that are not exact: number of the step,
  // the first being 0, and us.
  std::vector<std::pair<uint32_t, uint32_t>> within_us;
  uint32_t first_within_us = 0, last_within_us = 0;
  std::vector<KeptChunk> kept;  // only where someone wants them

  // A chunk that arrives before the one before it (two clock conversions, each off by a little)
  // counts as arriving with it.
  void AddChunk(const ChunkRecord& record);
  // Of the chunks that arrived before a whole second of the run [ns since T0].
  StreamPart Before(int64_t second_ns) const;

 private:
  struct SecondEnd {
    int64_t next_us = 0;  // arrival of the chunk that came after it, in a later second
    StreamPart part;
  };

  StreamPart Now() const;
  void BeginStep(int64_t arrival_us);
  void EndSecond(int64_t arrival_us);

  // The first microsecond [agent's clock] of the second of the run that follows the last chunk's.
  int64_t next_second_us_ = std::numeric_limits<int64_t>::min();
  std::vector<SecondEnd> second_ends_;  // of seconds with a chunk
};

}  // namespace specctl
