// Settlement: requests wait here after their end until nothing unreported can change their figures.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "common/analysis/request_record.h"
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
  Settlement(RunFold::RowSink rows, RunFold::ChunkSink chunks)
      : row_sink_(std::move(rows)), chunk_sink_(std::move(chunks)) {}

  void Add(RequestRecord record);
  // What decides about a request: by then it is final for every window that it lies in.
  struct Deciding {
    StageBounds bounds;
    const WindowVerdicts& verdicts;
    const RunContext& run;
  };
  // Settles those that all reports before `time_ns` decide.
  void SettleBefore(int64_t time_ns, const Deciding& deciding);
  void SettleAll(const Deciding& deciding);

  const std::vector<SettledRequest>& settled() const { return settled_; }
  const SliceTable& slices() const { return slices_; }
  const StepStore& steps() const { return steps_; }
  bool wants_chunks() const { return static_cast<bool>(chunk_sink_); }

 private:
  // Decided at, end, agent, ordinal, and a number that tells incarnations apart.
  using Key = std::tuple<int64_t, int64_t, uint32_t, uint64_t, uint64_t>;

  void SettleFirst(const Deciding& deciding);

  RunFold::RowSink row_sink_;
  RunFold::ChunkSink chunk_sink_;
  std::map<Key, RequestRecord> waiting_;
  std::vector<SettledRequest> settled_;
  SliceTable slices_;
  StepStore steps_;
  uint64_t added_ = 0;
};

}  // namespace specctl
