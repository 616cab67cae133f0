// PrecisionWatch: whether a run has measured long enough (--until), and how long it still takes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/figures/figure_set.h"
#include "common/workload/precision_goal.h"

namespace specctl {

// Looks at the intervals now and then while the hold goes on.  To stop as soon as an interval
// happens to be narrow favours those that came out too narrow; so looks are few (the next is when
// the goal should be met by the last, each 1.5 to 2 times as far into the hold as the one before),
// the first after kFirstLookS, and two in a row must meet the goals.  docs/statistics.md has the
// coverage of what is left.  Pure.
class PrecisionWatch {
 public:
  static constexpr double kFirstLookS = 40;

  // Without goals it never asks for a look.
  explicit PrecisionWatch(std::vector<PrecisionGoal> goals);

  // `hold_s`: how long the hold has lasted.
  bool IsDue(double hold_s) const { return !goals_.empty() && !met() && hold_s >= next_s_; }
  // The figures of the hold so far; nullptr: it has none yet.
  void OnLook(double hold_s, const FigureSet* figures);

  bool met() const { return met_in_a_row_ >= kInARow; }
  // Of the last look: "ttft_ms_p99 +-7.2% (until +-5%)", of the goal that is farthest away; what
  // is waited for before the first; "" without goals.
  const std::string& text() const { return text_; }
  // How far into the hold the goals will probably be met; at the earliest, while there is no
  // interval; nullopt: nothing tells.
  std::optional<double> expected_s() const { return expected_s_; }

 private:
  static constexpr int kInARow = 2;

  std::vector<PrecisionGoal> goals_;
  double next_s_ = kFirstLookS;
  int met_in_a_row_ = 0;
  std::string text_;
  std::optional<double> expected_s_;
};

}  // namespace specctl
