// What a simulated engine does under a closed loop, without a network or a clock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/sim/acceptance_model.h"
#include "tools/sim/batch_model.h"

namespace specctl::sim {

struct TruthLoad {
  std::vector<uint32_t> bs = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
  uint32_t isl_tokens = 128, osl_tokens = 256;
};

// A load's figures in its steady state, when every slot has had a request and begins the next at
// once; what a client measures comes near it as its own delays grow small beside a step.
struct ModelTruth {
  uint32_t bs = 0;
  double decode_step_ms = 0;  // StepTime of bs decoding requests, each half through its reply
  double step_latency_ms =
      0;  // mean time between two steps of a request, prompts of others included
  double acceptance_length = 0;  // tokens per step, uncut
  double output_tps = 0, user_tps_p50 = 0, ttft_p50_ms = 0;
  uint64_t requests = 0, preemptions = 0;
};

// Runs the batch model in virtual time.  `acceptance` has no categories: its rates for all are
// taken.  Deterministic.
ModelTruth FindTruth(const BatchOptions& options, const AcceptanceModel& acceptance,
                     const TruthLoad& load, uint32_t bs);

// A JSON object: the load, and the truth at each bs.
std::string ModelTruthJson(const BatchOptions& options, const AcceptanceModel& acceptance,
                           const TruthLoad& load);

}  // namespace specctl::sim
