// Settlement: requests wait here after their end until nothing unreported can change their figures.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "common/analysis/ended_request.h"
#include "common/analysis/run_context.h"
#include "common/analysis/run_fold.h"
#include "common/analysis/slice_table.h"
#include "common/analysis/stages.h"
#include "common/analysis/step_store.h"
#include "common/analysis/window_health.h"

namespace specctl {

// Requests are settled in the order of (end of the window in which they ended, their end, agent,
// ordinal): one order, however agents' batches interleave.
class Settlement {
 public:
  // Each request goes to `sink`, if there is one, when it is settled.
  explicit Settlement(RunFold::RequestSink sink) : sink_(std::move(sink)) {}

  void AddEnded(EndedRequest request);
  // What decides about a request: by then it is final for every window that it lies in.
  struct Deciding {
    StageBounds bounds;
    const WindowVerdicts& verdicts;
    const RunContext& run;
  };
  // Settles those that all reports before `time_ns` decide.
  void SettleBefore(int64_t time_ns, const Deciding& deciding);
  void SettleAll(const Deciding& deciding);

  // Ended, and not settled yet.
  template <class Visit>
  void VisitWaiting(const Visit& visit) const {
    for (const auto& [key, request] : waiting_) visit(request);
  }
  const std::vector<SettledRequest>& settled() const { return settled_; }
  // Second rows of those that were in flight where the hold ended.
  const std::vector<SettledRequest>& held() const { return held_; }
  const SliceTable& slices() const { return slices_; }
  const StepStore& steps() const { return steps_; }

 private:
  // Decided at, end, agent, ordinal, and a number that tells incarnations apart.
  using Key = std::tuple<int64_t, int64_t, uint32_t, uint64_t, uint64_t>;

  void SettleFirst(const Deciding& deciding);

  RunFold::RequestSink sink_;
  std::map<Key, EndedRequest> waiting_;
  std::vector<SettledRequest> settled_, held_;
  SliceTable slices_;
  StepStore steps_;
  uint64_t added_ = 0;
};

}  // namespace specctl
