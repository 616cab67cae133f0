// The stages of a run, and where they meet: on whole seconds after T0, so that every one-second
// window belongs to one stage.
#pragma once

#include <algorithm>
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

// A hold that is shorter is no headline.
inline constexpr int64_t kHoldSecondsMin = 5;

// What is known so far of the run's course, in ns since T0.
struct StageFacts {
  std::optional<int64_t> slots_filled_ns;  // when the last slot of all had begun a request
  std::optional<int64_t> work_ended_ns;    // first idle slot, drain or interrupt, lost agent
  // Of a run that goes on without lost agents: up to when the load was that of a hold as planned,
  // and before which the load of those left is none yet.
  std::optional<int64_t> reduced_ns, hold_not_before_ns;
};

// Seconds since T0 at which stages begin; kNever where nothing known so far makes one begin.
struct StageBounds {
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  int64_t warmup_s = kNever, hold_s = kNever, reduced_s = kNever, drain_s = kNever;

  Stage At(int64_t time_ns) const;  // a time before T0 counts as T0
  int64_t hold_end_s() const { return std::min(reduced_s, drain_s); }
  // A hold of 5 s up to there is long enough for a headline: no loss of an agent undoes it.
  bool StandsAt(int64_t second) const { return hold_s <= second - kHoldSecondsMin; }
  bool has_hold() const { return hold_s < hold_end_s() && hold_end_s() != kNever; }
};

// Ramp lasts until --ramp is over and every slot of a closed loop has begun a request; the hold
// begins once --warmup is over too, and ends when the work does or at the deadline.  Of the hold
// the whole seconds count: it begins at the next one and ends at the last one.  Without a whole
// second between the two there is no hold.
//
// Where agents are lost and the run goes on, `reduced_ns` ends the hold, and the seconds from there
// to the drain are a stage of their own; or no hold begins before `hold_not_before_ns`.
//
// Later facts change the stage of no second that lies before all of them.
StageBounds FindStages(const LoadSpec& load, const StageFacts& facts);

}  // namespace specctl
