#include "common/analysis/load_left.h"

#include <algorithm>

#include <absl/strings/str_format.h>

#include "common/analysis/stages.h"

namespace specctl {
namespace {

constexpr size_t kStepsShown = 4;

}  // namespace

std::vector<LoadLeft> LoadLeftBy(std::span<const AgentState> agents) {
  LoadLeft now;
  std::vector<const AgentState*> lost;
  for (const AgentState& agent : agents) {
    if (!agent.joined) continue;
    ++now.agents;
    now.slots += agent.slots;
    if (agent.lost_ns) lost.push_back(&agent);
  }
  std::stable_sort(lost.begin(), lost.end(), [](const AgentState* a, const AgentState* b) {
    return a->reported_ns.value_or(0) < b->reported_ns.value_or(0);
  });
  std::vector<LoadLeft> left;
  for (const AgentState* agent : lost) {
    now.from_s = std::max<int64_t>(agent->reported_ns.value_or(0), 0) / kSecondNs;
    --now.agents;
    now.slots -= agent->slots;
    // A machine that dies takes all of its agents along.
    if (!left.empty() && left.back().from_s == now.from_s) left.pop_back();
    left.push_back(now);
  }
  return left;
}

std::optional<LoadLeft> LoadLeftAt(std::span<const LoadLeft> left, int64_t second) {
  std::optional<LoadLeft> found;
  for (const LoadLeft& each : left) {
    if (each.from_s <= second) found = each;
  }
  return found;
}

std::string LoadLeftText(std::span<const LoadLeft> left, const LoadSpec& load) {
  const LoadExpectation expected = ExpectationOf(load.shape);
  std::string text;
  for (const LoadLeft& each : left.first(std::min(left.size(), kStepsShown))) {
    const uint32_t now = expected.in_flight ? each.slots : each.agents;
    if (text.empty()) {
      text = expected.in_flight ? absl::StrFormat("in flight %d of %d", now, expected.slots)
                                : absl::StrFormat("arrivals of %d of %d agents", now, load.agents);
    } else {
      absl::StrAppendFormat(&text, ", %d", now);
    }
    absl::StrAppendFormat(&text, " from second %d on", each.from_s);
  }
  if (left.size() > kStepsShown) {
    absl::StrAppendFormat(&text, ", and less from second %d on", left.back().from_s);
  }
  return text;
}

}  // namespace specctl
