// Evidence: what a verdict needs beside the figures.
#pragma once

#include <cstdint>
#include <optional>
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

// What was left for the hold, where agents had been lost before it; nullopt: all was there.
inline std::optional<LoadLeft> LoadLeftOfHold(const Results& figures) {
  if (!figures.hold) return std::nullopt;
  return LoadLeftAt(figures.load_left, static_cast<int64_t>(figures.hold->start_s));
}

// Requests in flight throughout the hold; nullopt: as many as the servers make of the arrivals.
inline std::optional<uint32_t> InFlightOfHold(const Results& figures) {
  const std::optional<uint32_t> planned = ExpectationOf(figures.spec.load.shape).in_flight;
  const std::optional<LoadLeft> left = LoadLeftOfHold(figures);
  return planned && left ? std::optional(left->slots) : planned;
}

}  // namespace specctl
