#include "common/analysis/verdict.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

namespace specctl {
namespace {

constexpr double kInFlightShareMin = 0.99;
constexpr double kWindowsNotValidMax = 0.05;  // of the judged: above it the run is degraded
constexpr double kWindowsInvalidMax = 0.20;   // above it the run is invalid
constexpr double kTokensApartInvalid = 0.01;  // of the servers' count
constexpr size_t kAgentsNamedMax = 8;
constexpr double kLittleShareMax = 0.05;  // of what is expected in flight
constexpr double kLittleApartMin = 1;     // requests
constexpr uint64_t kLittleWindowsMin = 10;

void AddReason(VerdictState state, VerdictReason reason, Verdict& verdict) {
  verdict.state = std::max(verdict.state, state);
  verdict.reasons.push_back(std::move(reason));
}

void JudgeAgents(std::span<const AgentState> agents, Verdict& verdict) {
  std::vector<std::string> lost;
  uint64_t dropped = 0;
  for (const AgentState& agent : agents) {
    dropped += agent.chunks_dropped;
    if (!agent.lost) continue;
    lost.push_back(agent.end_reason.empty() ? absl::StrFormat("agent %d was lost", agent.agent)
                                            : agent.end_reason);
  }
  if (!lost.empty()) {
    const size_t more = lost.size() - std::min(lost.size(), kAgentsNamedMax);
    lost.resize(std::min(lost.size(), kAgentsNamedMax));
    std::string text = absl::StrJoin(lost, "; ");
    if (more > 0) text += absl::StrFormat("; and %d more", more);
    AddReason(VerdictState::kDegraded, {.code = "agent_lost", .text = text}, verdict);
  }
  if (dropped > 0) {
    AddReason(VerdictState::kInvalid,
              {.code = "chunks_dropped",
               .text = absl::StrFormat("%d chunks dropped because a spool was full", dropped)},
              verdict);
  }
}

void JudgeJournal(const Contradictions& contradictions, Verdict& verdict) {
  if (contradictions.events == 0) return;
  AddReason(VerdictState::kInvalid,
            {.code = "journal_contradicts_itself",
             .text = absl::StrFormat("%d events passed over, the first: %s", contradictions.events,
                                     contradictions.first)},
            verdict);
}

std::string BooksText(std::string_view whose, const Conservation& books) {
  std::string planned = books.planned ? absl::StrFormat("planned %d, ", *books.planned) : "";
  return absl::StrFormat(
      "%s: %ssent %d, shed %d, unassigned %d; ok %d, failed %d, timed out %d, cancelled %d, "
      "lost %d, never ended %d",
      whose, planned, books.sent, books.shed, books.Unassigned(), books.ok, books.failed,
      books.timed_out, books.cancelled, books.lost, books.in_flight);
}

void JudgeConservation(const Results& results, Verdict& verdict) {
  const auto balanced = [](const Conservation& c) { return c.Holds() && c.in_flight == 0; };
  std::string text;
  if (!balanced(results.conservation)) {
    text = BooksText("run", results.conservation);
  } else {
    for (const AgentFigures& agent : results.agents) {
      if (balanced(agent.conservation)) continue;
      text = BooksText(absl::StrFormat("agent %d", agent.agent), agent.conservation);
      break;
    }
  }
  if (text.empty()) return;
  AddReason(VerdictState::kInvalid, {.code = "conservation", .text = text}, verdict);
}

void JudgeWhole(const Evidence& evidence, Results& results) {
  Verdict& verdict = results.verdict;
  if (results.conservation.ok == 0) {
    AddReason(VerdictState::kInvalid,
              {.code = "nothing_measured",
               .text = absl::StrFormat("no request of %d sent was ok", results.conservation.sent)},
              verdict);
  }
  if (!results.ended) {
    AddReason(VerdictState::kDegraded,
              {.code = "journal_ends_early", .text = "the controller never wrote the run's end"},
              verdict);
  }
  if (evidence.run.clock_unmapped) {
    AddReason(VerdictState::kDegraded,
              {.code = "clock_unmapped",
               .text = "agents without clock probes: their windows are aligned by wall clock"},
              verdict);
  }
}

std::vector<std::string> WhyTokensMayDiffer(const Evidence& evidence, const Results& results) {
  std::vector<std::string> why;
  const Conservation& books = results.conservation;
  if (HasLabel(results.verdict, "other_traffic")) why.push_back("other traffic on the servers");
  if (books.ok < books.sent) {
    why.push_back(absl::StrFormat("%d requests did not end ok", books.sent - books.ok));
  }
  if (books.resends > 0) why.push_back(absl::StrFormat("%d resends", books.resends));
  if (results.tokens.requests_without_totals > 0) {
    why.push_back(
        absl::StrFormat("%d requests of unknown tokens", results.tokens.requests_without_totals));
  }
  if (results.servers->resets > 0) {
    why.push_back(absl::StrFormat("%d server restarts", results.servers->resets));
  }
  if (results.whole_token_books.responses_apart > 0) {
    why.push_back(absl::StrFormat("%d responses whose tokens do not add up",
                                  results.whole_token_books.responses_apart));
  }
  const std::string& extra_inputs = evidence.run.spec().request.extra_inputs_json;
  if (evidence.run.rows_have_stop || extra_inputs.find("\"stop\"") != std::string::npos) {
    why.push_back("stop strings");
  }
  return why;
}

// Every target was scraped, and counts what it generates.
bool HasAllTokens(const std::optional<ServerFigures>& servers) {
  return servers && servers->complete &&
         std::all_of(servers->targets.begin(), servers->targets.end(),
                     [](const TargetCounters& t) { return t.counters.generated_tokens; });
}

void JudgeTokens(const Evidence& evidence, Results& results) {
  if (results.servers && !results.servers->alternating.empty()) {
    results.verdict.checks_not_made.push_back(
        "tokens against the servers' counters (an address alternates between servers)");
    return;
  }
  if (!HasAllTokens(results.servers)) {
    results.verdict.checks_not_made.push_back(
        "tokens against the servers' counters (not every target was scraped before and after)");
    return;
  }
  const double theirs = *results.servers->sums.generated_tokens;
  const auto ours = static_cast<double>(results.tokens.output.value_or(0));
  if (theirs == ours) return;
  const std::string apart =
      absl::StrFormat("servers generated %.0f tokens, %.0f arrived", theirs, ours);
  const std::vector<std::string> why = WhyTokensMayDiffer(evidence, results);
  if (!why.empty()) {
    results.notes.push_back(apart + ": " + absl::StrJoin(why, ", "));
    return;
  }
  const bool far = std::abs(theirs - ours) > kTokensApartInvalid * theirs;
  AddReason(far ? VerdictState::kInvalid : VerdictState::kDegraded,
            {.code = "tokens_apart", .text = apart + ", and nothing explains it"}, results.verdict);
}

// In a hold every slot has work; what is not in flight and not backing off stood idle because of
// us.
void JudgeInFlight(const Evidence& evidence, Results& results) {
  const double least = kInFlightShareMin * evidence.run.spec().load.bs;
  uint64_t below = 0;
  for (size_t i = 0; i < results.windows.size(); ++i) {
    WindowFigures& window = results.windows[i];
    if (window.stage != StageName(Stage::kHold)) continue;
    if (window.in_flight_mean + evidence.backing_off[i] >= least) continue;
    window.verdict = VerdictState::kDegraded;
    window.reasons.push_back("in_flight_below_bs");
    ++below;
  }
  if (below == 0) return;
  results.verdict.reasons.push_back(
      {.code = "in_flight_below_bs",
       .text = absl::StrFormat("less than 99 %% of bs %d in flight, by slots that stood idle",
                               evidence.run.spec().load.bs),
       .windows = below});
}

bool IsJudged(const WindowFigures& window, const Results& results) {
  return results.headline_is_whole_run || window.stage == StageName(Stage::kHold);
}

// How well the agents kept up, window by window; the reason tells of the worst.
void JudgeHealth(const Evidence& evidence, Results& results) {
  struct Worst {
    double excess = 0;
    std::string text;
    uint64_t windows = 0;
  };
  std::map<std::string_view, Worst> by_code;
  for (size_t i = 0; i < results.windows.size(); ++i) {
    const WindowVerdict* judged = evidence.verdicts.At(i);
    if (judged == nullptr) continue;
    WindowFigures& window = results.windows[i];
    window.verdict = std::max(window.verdict, judged->state);
    for (const WindowFault& fault : judged->faults) {
      window.reasons.emplace_back(fault.code);
      if (!IsJudged(window, results)) continue;
      Worst& worst = by_code[fault.code];
      ++worst.windows;
      if (fault.excess > worst.excess) {
        worst.excess = fault.excess;
        worst.text = fault.text;
      }
    }
  }
  for (auto& [code, worst] : by_code) {
    results.verdict.reasons.push_back(
        {.code = std::string(code),
         .text = worst.windows > 1 ? "at worst " + worst.text : worst.text,
         .windows = worst.windows});
  }
}

// Time that the requests spent in flight between two times, by their rows; one that never ended was
// in flight to the last [s].
double TimeInFlight(std::span<const SettledRequest> requests, int64_t from_ns, int64_t to_ns) {
  int64_t spent_ns = 0;
  for (const SettledRequest& request : requests) {
    const int64_t end_ns = std::min(request.end_ns.value_or(to_ns), to_ns);
    spent_ns += std::max(end_ns - std::max(request.begin_ns, from_ns), int64_t{0});
  }
  return static_cast<double>(spent_ns) / 1e9;
}

// Little's law: what the agents count in flight, on average, is the rate of requests times how long
// each was in flight, that is, the time that their rows say they spent in flight, over the hold.
void JudgeLittlesLaw(const Evidence& evidence, Results& results) {
  if (results.headline_is_whole_run) {
    results.verdict.checks_not_made.push_back("Little's law (there is no hold)");
    return;
  }
  const auto first_s = static_cast<int64_t>(results.hold->start_s);
  const auto length_s = static_cast<int64_t>(results.hold->length_s);
  double counted = 0;
  uint64_t told = 0;
  for (int64_t second = first_s; second < first_s + length_s; ++second) {
    const WindowHealth& health = evidence.health.At(static_cast<size_t>(second));
    if (health.agents_told != results.agents.size()) continue;
    counted += static_cast<double>(health.in_flight);
    ++told;
  }
  if (told < kLittleWindowsMin) {
    results.verdict.checks_not_made.push_back(
        absl::StrFormat("Little's law (fewer than %d seconds of the hold have every agent's count)",
                        kLittleWindowsMin));
    return;
  }
  const double in_flight = counted / static_cast<double>(told);
  const double expected =
      TimeInFlight(evidence.requests, first_s * kSecondNs, (first_s + length_s) * kSecondNs) /
      static_cast<double>(length_s);
  const double apart_max = std::max(kLittleShareMax * expected, kLittleApartMin);
  if (std::abs(in_flight - expected) <= apart_max) return;
  AddReason(VerdictState::kDegraded,
            {.code = "littles_law",
             .text = absl::StrFormat(
                 "%.1f requests in flight by the agents' count, %.1f by rate times latency",
                 in_flight, expected)},
            results.verdict);
}

void SetStateByWindows(Verdict& verdict) {
  const auto judged = static_cast<double>(verdict.windows);
  const auto invalid = static_cast<double>(verdict.windows_invalid);
  const auto not_valid = static_cast<double>(verdict.windows_degraded) + invalid;
  if (not_valid > kWindowsNotValidMax * judged) {
    verdict.state = std::max(verdict.state, VerdictState::kDegraded);
  }
  if (invalid > kWindowsInvalidMax * judged) verdict.state = VerdictState::kInvalid;
}

void CountWindows(Results& results) {
  Verdict& verdict = results.verdict;
  for (const WindowFigures& window : results.windows) {
    if (!IsJudged(window, results)) continue;
    ++verdict.windows;
    if (window.verdict == VerdictState::kDegraded) ++verdict.windows_degraded;
    if (window.verdict == VerdictState::kInvalid) ++verdict.windows_invalid;
  }
  SetStateByWindows(verdict);
}

}  // namespace

bool HasLabel(const Verdict& verdict, std::string_view code) {
  return std::any_of(verdict.labels.begin(), verdict.labels.end(),
                     [&](const VerdictReason& label) { return label.code == code; });
}

void Judge(const Evidence& evidence, Results& results) {
  Verdict& verdict = results.verdict;
  AddLabels(evidence, results);
  JudgeConservation(results, verdict);
  JudgeJournal(evidence.contradictions, verdict);
  JudgeAgents(evidence.agents, verdict);
  JudgeWhole(evidence, results);
  JudgeTokens(evidence, results);
  JudgeInFlight(evidence, results);
  JudgeHealth(evidence, results);
  JudgeLittlesLaw(evidence, results);
  CountWindows(results);
}

Verdict JudgeSoFar(const EvidenceSoFar& evidence) {
  Verdict verdict;
  JudgeJournal(evidence.contradictions, verdict);
  JudgeAgents(evidence.agents, verdict);
  std::map<std::string_view, uint64_t> by_code;
  for (size_t i = 0; i < evidence.verdicts.size(); ++i) {
    if (evidence.bounds.At(static_cast<int64_t>(i) * kSecondNs) != Stage::kHold) continue;
    const WindowVerdict& window = *evidence.verdicts.At(i);
    ++verdict.windows;
    if (window.state == VerdictState::kDegraded) ++verdict.windows_degraded;
    if (window.state == VerdictState::kInvalid) ++verdict.windows_invalid;
    for (const WindowFault& fault : window.faults) ++by_code[fault.code];
  }
  for (const auto& [code, windows] : by_code) {
    verdict.reasons.push_back({.code = std::string(code), .text = "", .windows = windows});
  }
  SetStateByWindows(verdict);
  return verdict;
}

}  // namespace specctl
