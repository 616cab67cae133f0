// Preflight of an open loop: whether this machine can offer a rate of arrivals.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/analysis/results.h"
#include "controller/measure/measure_request.h"
#include "tools/specctl/preflight_step.h"

namespace specctl::cli {

struct RateLoad {
  // Chunks per second of a null server's streams: replies are short, so that arrivals are the load.
  static constexpr double kChunksPerS = 100;

  uint32_t agents = 1;
  double rate_per_s = 0;  // over all agents
};

// A run of its own id: Poisson arrivals on a null server beside each agent.
controller::MeasureRequest RateRequest(const RateLoad& load, Nanos duration);

struct JudgedRate {
  RateLoad load;
  std::optional<ArrivalFigures> arrivals;
  StepState state = StepState::kKept;
  std::string why;  // for people; empty where kept
};

// Kept where the run's verdict is valid: arrivals neither late, shed nor apart from the plan. Where
// it is not, and a null server was late by more than 1 ms (p99), nothing is learnt of the client.
JudgedRate JudgeRate(const RateLoad& load, const Results& results);

// The steps in the order in which they were made; the last one decides.
struct RatePreflight {
  double rate_per_s = 0;
  uint32_t cores = 1;     // of this machine
  uint32_t attached = 0;  // agents of a controller that it was made on; 0: this machine's own
  std::string connection_words;  // of that controller
  std::vector<JudgedRate> steps;
  std::string stopped_by;  // why no more were made, where that is not a step's state

  bool IsKept() const { return !steps.empty() && steps.back().state == StepState::kKept; }
  // Agents that may share the rate.
  uint32_t AgentsMax() const { return attached > 0 ? attached : std::max(cores, 1u); }
};
std::string RatePage(const RatePreflight& preflight);
std::string RateJson(const RatePreflight& preflight);

}  // namespace specctl::cli
