// What AIPerf's metrics are made of, of one request.
//
// AIPerf 0.13.0 [1] takes its stamps in a coroutine: a request begins before its connection is had,
// and ends with the last chunk that has content.  Here the same moments are those of the agent's
// own stamps: `begin_ns` and the arrivals of token-bearing chunks.
// [1] github.com/ai-dynamo/aiperf, src/aiperf/metrics/types
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/analysis/ended_request.h"
#include "common/analysis/run_context.h"
#include "common/base/packed_optional.h"

namespace specctl {

// About 100 bytes: there is one for each ok request of a run, to its end.
struct AiperfRequest {
  using Time = PackedOptional<int64_t>;
  using Count = PackedOptional<uint32_t>;

  int64_t begin_ns = 0;  // since T0
  // From begin to the arrival of the first chunk, the first that is no reasoning, and the last.
  Time ttft_ns, answer_ns, latency_ns;
  Time second_chunk_ns;  // between the arrivals of the first two chunks
  Count input_tokens, output_tokens, reasoning_tokens;
  Count usage_input, usage_output, cached_tokens;  // the server's usage alone
  Count max_tokens;                                // what the request allowed
  Count first_chunk_tokens;
  Count verify_steps, accepted_tokens, drafted_tokens;  // of its own statistics
  bool reused_connection = false;
};

// `request` is ok.
AiperfRequest AiperfRequestOf(const EndedRequest& request);

// Gaps between all successive chunks of the request [us]; empty where a step came in several
// chunks, of which only the first one's arrival is kept.
std::span<const uint32_t> ChunkGapsUs(const EndedRequest& request);

// The engine's own statistics of one response, in AIPerf's form.
struct SpecDecodeRecord {
  uint64_t steps = 0, accepted = 0, drafted = 0;  // steps: those that verified a draft
  std::optional<uint32_t> draft_length;           // k; absent: not told
  std::span<const uint64_t> histogram;            // [j]: steps that accepted j tokens
  std::span<const uint32_t> per_step_accepted, per_step_drafted;
};
// nullopt where the response has none with a histogram, or where its counts contradict each other,
// which AIPerf refuses.  Points into `request`.
std::optional<SpecDecodeRecord> SpecDecodeOf(const EndedRequest& request);

// Requests that began before the load that counts, in ramp and warm-up of a run that has a
// warm-up, are of AIPerf's phase "warmup"; all others are of "profiling".
bool IsAiperfWarmup(const EndedRequest& request, const RunSpec& spec);

// What AIPerf calls an error; nullopt of an ok request.
struct AiperfError {
  std::optional<uint32_t> code;  // HTTP status; 499 of a cancelled request
  std::string type, message;
};
std::optional<AiperfError> AiperfErrorOf(const RequestFinished& finish);

}  // namespace specctl
