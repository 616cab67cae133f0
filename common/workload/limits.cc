#include <cassert>

#include <absl/status/status.h>

#include "common/workload/limits.h"

namespace specctl {
namespace {

// Turns of the dataset, counted along its order and on through repeats.
class TurnCounter {
 public:
  TurnCounter(std::span<const RowFacts> rows, std::span<const uint32_t> order)
      : rows_(rows), order_(order) {
    for (const RowFacts& row : rows) cycle_turns_ += row.turns;
  }

  // Turns of the positions 0 .. conversations-1.
  uint64_t TurnsOf(uint64_t conversations) const {
    // Whole repeats are multiplied: a plan may be of millions.
    uint64_t turns = conversations / order_.size() * cycle_turns_;
    for (uint64_t k = 0; k < conversations % order_.size(); ++k) turns += TurnsAt(k);
    return turns;
  }

  // The plan that ends after `requests` turns in position order.
  WorkloadLimits CutAt(uint64_t requests) const {
    uint64_t position = requests / cycle_turns_ * order_.size();
    uint64_t left = requests % cycle_turns_;
    WorkloadLimits limits;
    limits.planned_requests = requests;
    for (; left > 0; ++position) {
      const uint32_t turns = TurnsAt(position % order_.size());
      if (turns > left) limits.last_position_turns = static_cast<uint32_t>(left);
      left -= std::min<uint64_t>(left, turns);
    }
    limits.positions_end = position;
    return limits;
  }

 private:
  uint32_t TurnsAt(uint64_t order_index) const { return rows_[order_[order_index]].turns; }

  const std::span<const RowFacts> rows_;
  const std::span<const uint32_t> order_;
  uint64_t cycle_turns_ = 0;
};

absl::Status CheckLimits(const LoadSpec& load) {
  if (load.requests_max && load.conversations_max) {
    return absl::InvalidArgumentError(
        "--requests, --conversations: need one of the two, got both; --requests counts turns");
  }
  if (load.requests_max == 0) {
    return absl::InvalidArgumentError("--requests: need at least 1, got 0");
  }
  if (load.conversations_max == 0) {
    return absl::InvalidArgumentError("--conversations: need at least 1, got 0");
  }
  if (load.duration && *load.duration <= Nanos(0)) {
    return absl::InvalidArgumentError("--duration: need a time above 0");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WorkloadLimits> ComputeLimits(const LoadSpec& load, std::span<const RowFacts> rows,
                                             std::span<const uint32_t> order) {
  assert(rows.size() == order.size());
  if (absl::Status checked = CheckLimits(load); !checked.ok()) return checked;
  if (rows.empty()) return absl::InvalidArgumentError("--dataset: need at least 1 row, got none");
  const TurnCounter counter(rows, order);
  if (load.requests_max) return counter.CutAt(*load.requests_max);
  if (load.duration && !load.conversations_max) return WorkloadLimits{};
  const uint64_t conversations = load.conversations_max.value_or(rows.size());
  return WorkloadLimits{.positions_end = conversations,
                        .last_position_turns = std::nullopt,
                        .planned_requests = counter.TurnsOf(conversations)};
}

}  // namespace specctl
