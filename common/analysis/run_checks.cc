#include "common/analysis/run_checks.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

namespace specctl {
namespace {

constexpr size_t kAgentsNamedMax = 8;

bool IsBalanced(const Conservation& books) { return books.Holds() && books.in_flight == 0; }

std::string BooksText(std::string_view whose, const Conservation& books) {
  std::string planned = books.planned ? absl::StrFormat("planned %d, ", *books.planned) : "";
  return absl::StrFormat(
      "%s: %ssent %d, shed %d, unassigned %d; ok %d, failed %d, timed out %d, cancelled %d, "
      "lost %d, never ended %d",
      whose, planned, books.sent, books.shed, books.Unassigned(), books.ok, books.failed,
      books.timed_out, books.cancelled, books.lost, books.in_flight);
}

Finding Invalid(ReasonCode code, std::string text) {
  return {.state = VerdictState::kInvalid, .reason = {.code = code, .text = std::move(text)}};
}

Finding Degraded(ReasonCode code, std::string text) {
  return {.state = VerdictState::kDegraded, .reason = {.code = code, .text = std::move(text)}};
}

}  // namespace

std::optional<Finding> CheckConservation(const Results& figures) {
  if (!IsBalanced(figures.conservation)) {
    return Invalid(ReasonCode::kConservation, BooksText("run", figures.conservation));
  }
  // Agents' books may be wrong by amounts that cancel out in the run's; the first one is enough.
  for (const AgentFigures& agent : figures.agents) {
    if (IsBalanced(agent.conservation)) continue;
    return Invalid(ReasonCode::kConservation,
                   BooksText(absl::StrFormat("agent %d", agent.agent), agent.conservation));
  }
  return std::nullopt;
}

std::optional<Finding> CheckJournal(const Contradictions& contradictions) {
  if (contradictions.events == 0) return std::nullopt;
  return Invalid(ReasonCode::kJournalContradictsItself,
                 absl::StrFormat("%d events were ignored, the first: %s", contradictions.events,
                                 contradictions.first));
}

std::optional<Finding> CheckAgentsLost(std::span<const AgentState> agents) {
  std::vector<std::string> lost;
  for (const AgentState& agent : agents) {
    if (!agent.lost) continue;
    lost.push_back(agent.end_reason.empty() ? absl::StrFormat("agent %d was lost", agent.agent)
                                            : agent.end_reason);
  }
  if (lost.empty()) return std::nullopt;
  // A machine that dies takes all of its agents along.
  const size_t more = lost.size() - std::min(lost.size(), kAgentsNamedMax);
  lost.resize(std::min(lost.size(), kAgentsNamedMax));
  std::string text = absl::StrJoin(lost, "; ");
  if (more > 0) text += absl::StrFormat("; and %d more", more);
  return Degraded(ReasonCode::kAgentLost, std::move(text));
}

std::optional<Finding> CheckChunksDropped(std::span<const AgentState> agents) {
  uint64_t dropped = 0;
  for (const AgentState& agent : agents) dropped += agent.chunks_dropped;
  // Missing chunks are missing tokens and gaps that look like latency.
  if (dropped == 0) return std::nullopt;
  return Invalid(ReasonCode::kChunksDropped,
                 absl::StrFormat("%d chunks dropped because a spool was full", dropped));
}

std::optional<Finding> CheckMeasured(const Results& figures) {
  // One is enough here; TooShortLabel says whether it is enough to mean anything.
  if (figures.conservation.ok > 0) return std::nullopt;
  return Invalid(ReasonCode::kNothingMeasured,
                 absl::StrFormat("none of the %d requests sent was ok", figures.conservation.sent));
}

std::optional<Finding> CheckEnd(const Results& figures) {
  // The figures up to there are sound: degraded, not invalid.
  if (figures.ended) return std::nullopt;
  return Degraded(ReasonCode::kJournalEndsEarly, "the controller never wrote the run's end");
}

std::optional<Finding> CheckClocks(const RunContext& run) {
  if (!run.clock_unmapped) return std::nullopt;
  return Degraded(ReasonCode::kClockUnmapped,
                  "agents without clock probes: their windows are aligned by wall clock");
}

}  // namespace specctl
