#include "common/analysis/run_so_far.h"

#include <algorithm>
#include <utility>

#include "common/analysis/held_request.h"

namespace specctl {
namespace {

StageBounds BoundsSoFar(const RunState& state) {
  StageFacts facts = state.Facts();
  const int64_t reported_ns = std::max<int64_t>(state.ReportedByAll().value_or(state.latest_ns), 0);
  facts.work_ended_ns = std::min(facts.work_ended_ns.value_or(reported_ns), reported_ns);
  return FindStages(state.run.spec().load, facts);
}

void AddUnsettled(EndedRequest request, RunRequests& rows) {
  request.settled.stage = rows.bounds.At(request.settled.begin_ns);
  if (auto held = HeldRequest(request, rows.bounds)) rows.held.push_back(*std::move(held));
  rows.requests.push_back(std::move(request.settled));
}

}  // namespace

int64_t HoldSecondsSoFar(const RunState& state) {
  if (!state.run.begun || !state.run.armed) return 0;
  const StageBounds bounds = BoundsSoFar(state);
  return bounds.has_hold() ? bounds.hold_end_s() - bounds.hold_s : 0;
}

RunRequests RequestsSoFar(const RunState& state) {
  RunRequests rows{
      .bounds = BoundsSoFar(state), .requests = state.settlement.settled(), .held = {}};
  // What began after these bounds is of the drain by them, and in no figure of the hold.
  state.settlement.VisitWaiting([&](const EndedRequest& each) { AddUnsettled(each, rows); });
  for (const AgentState& agent : state.agents) {
    for (const auto& [ordinal, open] : agent.open) {
      AddUnsettled(EndRequest(state.run, agent.agent, open, nullptr), rows);
    }
  }
  return rows;
}

}  // namespace specctl
