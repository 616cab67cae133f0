// Evidence: what a verdict needs beside the figures.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "common/analysis/agent_state.h"
#include "common/analysis/controller_lives.h"
#include "common/analysis/results.h"
#include "common/analysis/run_context.h"
#include "common/analysis/server_fold.h"
#include "common/analysis/settled_request.h"
#include "common/analysis/window_health.h"

namespace specctl {

// What went wrong with the journal itself.
struct Contradictions {
  uint64_t events = 0;
  std::string first;  // the first one's text
};

struct Evidence {
  const RunContext& run;
  std::span<const AgentState> agents;
  std::span<const SettledRequest> requests;  // in the order of positions and turns
  const ServerFold& servers;
  std::span<const double> backing_off;  // mean number of slots, by window
  const Contradictions& contradictions;
  const ControllerLives& lives;
  const WindowVerdicts& verdicts;
  const HealthFold& health;
};

// Whether the window is one of those that the headline is of.
inline bool IsJudged(const WindowFigures& window, const Results& figures) {
  return figures.headline_is_whole_run || window.stage == Stage::kHold;
}

}  // namespace specctl
