#include "common/analysis/window_reasons.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

constexpr double kInFlightShareMin = 0.99;
constexpr size_t kAgentsPlacedMax = 4;

// In a hold every slot has work; what is not in flight and not backing off stood idle because of
// us.
bool SlotsStoodIdle(const std::optional<uint32_t>& expected, const WindowFigures& window,
                    double backing_off) {
  // Where none are expected, arrivals and the servers decide.
  if (!expected) return false;
  const double least = kInFlightShareMin * *expected;
  return window.stage == Stage::kHold && window.in_flight_mean + backing_off < least;
}

// "; agent 3 is pod load-agent-3 on node b", of agents that run in Kubernetes.
std::string PlacesText(std::span<const AgentState> agents, const std::set<uint32_t>& named) {
  std::string text;
  size_t shown = 0;
  for (const uint32_t agent : named) {
    if (agent >= agents.size() || agents[agent].host.node.empty()) continue;
    if (shown++ == kAgentsPlacedMax) return text + ", and more";
    absl::StrAppendFormat(&text, "%s agent %d is pod %s on node %s", shown == 1 ? ";" : ",", agent,
                          agents[agent].host.pod, agents[agent].host.node);
  }
  return text;
}

// The faults of the agents' health in the windows that are judged.
std::vector<VerdictReason> WorstFaults(const Evidence& evidence, const Results& figures) {
  struct Worst {
    double excess = 0;
    std::string text;
    uint64_t windows = 0;
    std::set<uint32_t> agents;  // the worst of each window
  };
  std::map<ReasonCode, Worst> by_code;
  for (size_t i = 0; i < figures.windows.size(); ++i) {
    const WindowVerdict* const told = evidence.verdicts.At(i);
    if (told == nullptr || !IsJudged(figures.windows[i], figures)) continue;
    for (const WindowFault& fault : told->faults) {
      Worst& worst = by_code[fault.code];
      ++worst.windows;
      worst.agents.insert(fault.agent);
      if (fault.excess <= worst.excess) continue;
      worst.excess = fault.excess;
      worst.text = fault.text;
    }
  }
  std::vector<VerdictReason> reasons;
  for (auto& [code, worst] : by_code) {
    reasons.push_back({.code = code,
                       .text = (worst.windows > 1 ? "at worst " + worst.text : worst.text) +
                               PlacesText(evidence.agents, worst.agents),
                       .windows = worst.windows});
  }
  return reasons;
}

}  // namespace

std::vector<WindowReasons> ReasonsOfWindows(const Evidence& evidence, const Results& figures) {
  std::vector<WindowReasons> windows(figures.windows.size());
  const std::optional<uint32_t> expected = InFlightOfHold(figures);
  for (size_t i = 0; i < windows.size(); ++i) {
    WindowReasons& window = windows[i];
    if (SlotsStoodIdle(expected, figures.windows[i], evidence.backing_off[i])) {
      window.state = VerdictState::kDegraded;
      window.codes.push_back(ReasonCode::kInFlightBelowBs);
    }
    const WindowVerdict* const told = evidence.verdicts.At(i);
    if (told == nullptr) continue;
    window.state = std::max(window.state, told->state);
    for (const WindowFault& fault : told->faults) window.codes.push_back(fault.code);
  }
  return windows;
}

std::vector<VerdictReason> SumUpWindows(const Evidence& evidence, const Results& figures,
                                        std::span<const WindowReasons> reasons) {
  std::vector<VerdictReason> summed = WorstFaults(evidence, figures);
  const auto below = static_cast<uint64_t>(
      std::count_if(reasons.begin(), reasons.end(), [](const WindowReasons& window) {
        return std::count(window.codes.begin(), window.codes.end(), ReasonCode::kInFlightBelowBs) >
               0;
      }));
  if (below == 0) return summed;
  const bool all = !LoadLeftOfHold(figures);
  summed.insert(
      summed.begin(),
      {.code = ReasonCode::kInFlightBelowBs,
       .text = absl::StrFormat("less than 99 %% of %s %d in flight, because slots stood idle",
                               all ? "bs" : "what was left,", InFlightOfHold(figures).value_or(0)),
       .windows = below});
  return summed;
}

}  // namespace specctl
