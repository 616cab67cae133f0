// What all parts of a run's results are made from.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "common/analysis/figures.h"
#include "common/analysis/held_request.h"
#include "common/analysis/results.h"
#include "common/analysis/run_acceptance.h"
#include "common/analysis/run_state.h"

namespace specctl {

struct ResultSources {
  const RunState& state;
  std::vector<SettledRequest> requests;  // in the order of positions and turns
  std::vector<SettledRequest> held_rows;
  StageBounds bounds;
  RequestSet all, hold;
  std::unique_ptr<HeldRequests> held;  // how they were where the hold ended
  // Those of the hold as they were where it ended; of them those that no invalid window spoils.
  RequestSet held_hold, held_sound;
  size_t windows = 0;  // up to the last thing that happened to a request
  std::optional<RunAcceptance> acceptance;
  bool reasoning_marked = false, input_known = true;
  bool headline_is_whole_run = false;
  double run_length_s = 0;
  std::vector<Window> sound_windows;  // of the hold

  // Whether invalid windows are left out of the headline: not where nothing would remain.
  bool leaves_out = false;

  const RequestSet& headline() const { return headline_is_whole_run ? all : hold; }
  // Whose latencies are the headline's, with those that invalid windows spoil.
  const RequestSet& headline_latencies() const { return headline_is_whole_run ? all : held_hold; }
  // Of `requests`, some of the run's, those of the hold as they were where it ended.
  RequestSet HeldOf(const RequestSet& requests) const;
};

// What has become of a run's requests, and its stages.
struct RunRequests {
  StageBounds bounds;
  std::vector<SettledRequest> requests;  // in any order
  std::vector<SettledRequest> held;      // second rows of those in flight where the hold ended
};
// Of a run whose requests are all settled.
RunRequests RequestsOf(const RunState& state);

// Without acceptance and hold.  `state` outlives it.
ResultSources MakeSources(const RunState& state, RunRequests requests);

// Finds the hold and what is left out of it, and whether the headline is its own.
void SetHold(ResultSources& sources, Results& results);

}  // namespace specctl
