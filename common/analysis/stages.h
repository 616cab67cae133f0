// The stages of a run, and where they meet: on whole seconds after T0, so that every one-second
// window belongs to one stage.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "common/figures/stage.h"
#include "common/workload/run_spec.h"

namespace specctl {

inline constexpr int64_t kSecondNs = 1'000'000'000;
// Times beyond it are implausible: 73 years, so that sums of two do not overflow.
inline constexpr int64_t kTimeMaxNs = int64_t{1} << 61;
constexpr bool IsTime(int64_t time_ns) { return time_ns >= 0 && time_ns <= kTimeMaxNs; }

// What is known so far of the run's course, in ns since T0.
struct StageFacts {
  std::optional<int64_t> slots_filled_ns;  // when the last slot of all had begun a request
  std::optional<int64_t> work_ended_ns;    // first idle slot, drain or interrupt, lost agent
};

// Seconds since T0 at which stages begin; kNever where nothing known so far makes one begin.
struct StageBounds {
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  int64_t warmup_s = kNever, hold_s = kNever, drain_s = kNever;

  Stage At(int64_t time_ns) const;  // a time before T0 counts as T0
  bool has_hold() const { return hold_s < drain_s && drain_s != kNever; }
};

// Ramp lasts until --ramp is over and every slot of a closed loop has begun a request; the hold
// begins once --warmup is over too, and ends when the work does or at the deadline.  Of the hold
// the whole seconds count: it begins at the next one and ends at the last one.  Without a whole
// second between the two there is no hold.
//
// Later facts change the stage of no second that lies before all of them.
StageBounds FindStages(const LoadSpec& load, const StageFacts& facts);

}  // namespace specctl
