#include "common/analysis/verdict.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/analysis/arrival_proof.h"
#include "common/analysis/labels.h"
#include "common/analysis/littles_law.h"
#include "common/analysis/reconcile.h"
#include "common/analysis/run_checks.h"
#include "common/analysis/steadiness.h"
#include "common/analysis/token_check.h"
#include "common/analysis/window_reasons.h"

namespace specctl {
namespace {

constexpr double kWindowsNotValidMax = 0.05;  // of the judged: above it the run is degraded
constexpr double kWindowsInvalidMax = 0.20;   // above it the run is invalid

void AddFinding(std::optional<Finding> finding, Verdict& verdict) {
  if (!finding) return;
  // The worst finding decides; the reasons keep the order of the checks.
  verdict.state = std::max(verdict.state, finding->state);
  verdict.reasons.push_back(std::move(finding->reason));
}

void AddCheckResult(CheckResult checked, Judgement& judgement) {
  AddFinding(std::move(checked.finding), judgement.verdict);
  if (!checked.note.empty()) judgement.notes.push_back(std::move(checked.note));
  if (!checked.not_made.empty()) {
    judgement.verdict.checks_not_made.push_back(std::move(checked.not_made));
  }
}

void CountWindow(VerdictState state, Verdict& verdict) {
  ++verdict.windows;
  if (state == VerdictState::kDegraded) ++verdict.windows_degraded;
  if (state == VerdictState::kInvalid) ++verdict.windows_invalid;
}

VerdictState StateByWindows(const Verdict& counted) {
  const auto judged = static_cast<double>(counted.windows);
  const auto invalid = static_cast<double>(counted.windows_invalid);
  const auto not_valid = static_cast<double>(counted.windows_degraded) + invalid;
  // Invalid windows up to here are left out of the headline, which stands on the rest.
  if (invalid > kWindowsInvalidMax * judged) return VerdictState::kInvalid;
  return not_valid > kWindowsNotValidMax * judged ? VerdictState::kDegraded : VerdictState::kValid;
}

std::vector<WindowJudgement> JoinWindows(std::vector<WindowReasons> reasons,
                                         std::vector<std::vector<Label>> labels) {
  std::vector<WindowJudgement> windows(reasons.size());
  for (size_t i = 0; i < windows.size(); ++i) {
    windows[i] = {.state = reasons[i].state,
                  .reasons = std::move(reasons[i].codes),
                  .labels = std::move(labels[i])};
  }
  return windows;
}

}  // namespace

Judgement Judge(const Evidence& evidence, const Results& figures) {
  Judgement judgement;
  Verdict& verdict = judgement.verdict;
  Labels labels = FindLabels(evidence, figures);
  verdict.labels = std::move(labels.of_run);
  verdict.checks_not_made = std::move(labels.checks_not_made);
  AddFinding(CheckConservation(figures), verdict);
  AddFinding(CheckJournal(evidence.contradictions), verdict);
  AddFinding(CheckAgentsLost(evidence.agents), verdict);
  AddFinding(CheckChunksDropped(evidence.agents), verdict);
  AddFinding(CheckMeasured(figures), verdict);
  AddFinding(CheckEnd(figures), verdict);
  AddFinding(CheckClocks(evidence.run), verdict);
  // Traffic of others explains tokens that nothing else does.
  AddCheckResult(CheckTokens(evidence, figures, verdict.labels), judgement);
  AddFinding(CheckReconciliation(figures), verdict);
  AddFinding(CheckShed(figures), verdict);
  AddFinding(CheckLateness(figures), verdict);
  AddFinding(CheckArrivalProcess(figures), verdict);
  std::vector<WindowReasons> reasons = ReasonsOfWindows(evidence, figures);
  for (VerdictReason& reason : SumUpWindows(evidence, figures, reasons)) {
    verdict.reasons.push_back(std::move(reason));
  }
  AddCheckResult(CheckLittlesLaw(evidence, figures), judgement);
  AddFinding(CheckSteady(figures), verdict);
  // A window counts by the worst of its reasons.
  for (size_t i = 0; i < reasons.size(); ++i) {
    if (IsJudged(figures.windows[i], figures)) CountWindow(reasons[i].state, verdict);
  }
  verdict.state = std::max(verdict.state, StateByWindows(verdict));
  judgement.windows = JoinWindows(std::move(reasons), std::move(labels.of_windows));
  return judgement;
}

Verdict JudgeSoFar(const EvidenceSoFar& evidence) {
  Verdict verdict;
  AddFinding(CheckJournal(evidence.contradictions), verdict);
  AddFinding(CheckAgentsLost(evidence.agents), verdict);
  AddFinding(CheckChunksDropped(evidence.agents), verdict);
  // Of the rest only windows are final while the run lasts: books and tokens need its end.
  std::map<ReasonCode, uint64_t> windows_by_code;
  for (size_t i = 0; i < evidence.verdicts.size(); ++i) {
    if (evidence.bounds.At(static_cast<int64_t>(i) * kSecondNs) != Stage::kHold) continue;
    const WindowVerdict& window = *evidence.verdicts.At(i);
    CountWindow(window.state, verdict);
    for (const WindowFault& fault : window.faults) ++windows_by_code[fault.code];
  }
  for (const auto& [code, windows] : windows_by_code) {
    verdict.reasons.push_back({.code = code, .text = "", .windows = windows});
  }
  verdict.state = std::max(verdict.state, StateByWindows(verdict));
  return verdict;
}

}  // namespace specctl
