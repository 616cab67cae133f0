#include "common/analysis/settlement.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "common/analysis/held_request.h"

namespace specctl {
namespace {

int64_t EndOfWindow(int64_t time_ns) {
  return (std::max<int64_t>(time_ns, 0) / kSecondNs + 1) * kSecondNs;
}

// A time between two arrivals is spoiled where either is.
bool IsSpoiled(const SettledRequest& request, const WindowVerdicts& verdicts) {
  const SettledRequest::Time times_ns[] = {request.begin_ns, request.first_token_ns,
                                           request.last_token_ns};
  return std::any_of(std::begin(times_ns), std::end(times_ns), [&](SettledRequest::Time time_ns) {
    return time_ns && verdicts.IsInvalidAt(*time_ns);
  });
}

}  // namespace

void Settlement::AddEnded(EndedRequest request) {
  constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  const SettledRequest& settled = request.settled;
  const int64_t end_ns = settled.end_ns.value_or(kNever);
  // The stage in which it began and the windows that it lies in decide about it: both are final
  // once reports have passed these.  One without an end is settled with the last.
  const int64_t decided_ns =
      settled.end_ns ? std::max(EndOfWindow(end_ns), EndOfWindow(settled.begin_ns)) : kNever;
  // Then by end, agent and ordinal: one order whatever the order of batches; added_ is the last
  // resort.
  const Key key(decided_ns, end_ns, settled.agent, request.finish.ordinal, added_++);
  waiting_.emplace(key, std::move(request));
}

void Settlement::SettleFirst(const Deciding& deciding) {
  EndedRequest request = std::move(waiting_.extract(waiting_.begin()).mapped());
  SettledRequest& settled = request.settled;
  settled.stage = deciding.bounds.At(settled.begin_ns);
  request.held = HeldRequest(request, deciding.bounds);
  settled.in_invalid_window = IsSpoiled(settled, deciding.verdicts);
  if (request.held) request.held->in_invalid_window = IsSpoiled(*request.held, deciding.verdicts);
  for (size_t source = 0; source < kStepSources; ++source) {
    if (request.steps[source]) settled.steps[source] = steps_.AddSteps(*request.steps[source]);
  }
  slices_.AddRequest(request, deciding.verdicts, deciding.run);
  settled_.push_back(settled);
  if (request.held) held_.push_back(*request.held);
  if (sink_) sink_(request);
}

void Settlement::SettleBefore(int64_t time_ns, const Deciding& deciding) {
  while (!waiting_.empty() && std::get<0>(waiting_.begin()->first) <= time_ns) {
    SettleFirst(deciding);
  }
}

void Settlement::SettleAll(const Deciding& deciding) {
  while (!waiting_.empty()) SettleFirst(deciding);
}

}  // namespace specctl
