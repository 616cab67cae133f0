// A sequence: what a request asks of the engine, and what a step gives it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/sim/draws.h"
#include "tools/sim/finish.h"

namespace specctl::sim {

struct SequenceSpec {
  uint64_t id = 0;  // the caller's
  uint32_t prompt_tokens = 0;
  std::vector<uint64_t> prompt_blocks;
  uint64_t output_tokens = 1;  // >= 1, the end-of-sequence token among them
  uint64_t tokens_max = 1;     // that it might make; at least output_tokens
  Finish finish = Finish::kLength;
  // A stop string comes in the middle of the first step of several tokens that begins with as many
  // made.
  std::optional<uint64_t> stop_string_from;
  bool streamed = true;
  std::string category;
  bool has_request_id = false;  // from its client
  Draws draws;
  std::vector<double> acceptance;  // conditional; draft_length of them
};

// What one step gave one request.
struct StepOutput {
  uint64_t id = 0;
  uint32_t tokens = 0;  // >= 1; those beyond output_tokens are cut off
  uint32_t drafted = 0;
  uint32_t accepted = 0;  // with those cut off
  uint32_t cached = 0;    // of the prompt, found in the prefix cache
  uint64_t step = 0;      // 0: prefill, then 1, 2, ...
  Finish finish = Finish::kNo;
  bool decode = false;  // of a decoding request; false: of its prompt, or after a preemption
};

}  // namespace specctl::sim
