// The verdict: reasons that make a run degraded or invalid, and labels that only say what it met.
// docs/metrics.md has every code with its threshold.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/analysis/evidence.h"
#include "common/analysis/results.h"
#include "common/analysis/stages.h"
#include "common/analysis/verdict_types.h"

namespace specctl {

struct WindowJudgement {
  VerdictState state = VerdictState::kValid;
  std::vector<ReasonCode> reasons;
  std::vector<Label> labels;
};

struct Judgement {
  Verdict verdict;
  std::vector<WindowJudgement> windows;  // of the figures', in their order
  std::vector<std::string> notes;        // where tokens differ for a known reason
};

// Judges a run by all its figures but those that a judgement says.
Judgement Judge(const Evidence& evidence, const Results& figures);

// The verdict that a running run has so far: what is final when it happens, and the windows of its
// hold that are closed.
struct EvidenceSoFar {
  std::span<const AgentState> agents;
  const Contradictions& contradictions;
  const WindowVerdicts& verdicts;
  StageBounds bounds;
};
Verdict JudgeSoFar(const EvidenceSoFar& evidence);

}  // namespace specctl
