// The verdict: reasons that make a run degraded or invalid, and labels that only say what it met.
// docs/metrics.md has every code with its threshold.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "common/analysis/agent_state.h"
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

// What figures alone don't say.
struct Evidence {
  const RunContext& run;
  std::span<const AgentState> agents;
  std::span<const SettledRequest> requests;  // in the order of positions and turns
  const ServerFold& servers;
  std::span<const double> backing_off;  // mean number of slots, by window
  const Contradictions& contradictions;
  const WindowVerdicts& verdicts;
  const HealthFold& health;
};

// Fills results.verdict and the verdicts of results.windows from `evidence` and from all other
// figures in `results`, which must be there.  Where tokens differ for a known reason, a note says
// so.
void Judge(const Evidence& evidence, Results& results);

// The verdict that a running run has so far: what is final when it happens, and the windows of its
// hold that are closed.
struct EvidenceSoFar {
  std::span<const AgentState> agents;
  const Contradictions& contradictions;
  const WindowVerdicts& verdicts;
  StageBounds bounds;
};
Verdict JudgeSoFar(const EvidenceSoFar& evidence);

// Facts of the server and the environment (labels.cc).
void AddLabels(const Evidence& evidence, Results& results);
bool HasLabel(const Verdict& verdict, std::string_view code);

}  // namespace specctl
