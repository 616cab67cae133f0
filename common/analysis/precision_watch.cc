#include "common/analysis/precision_watch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/analysis/precision.h"

namespace specctl {
namespace {

// Of two looks, how far into the hold.
constexpr double kStepMin = 1.5, kStepMax = 2;

struct Distance {
  const PrecisionGoal* goal = nullptr;
  std::optional<double> half_width_share;
  std::optional<IntervalShortage> shortage;
  double over_goal = 0;  // the width over what it is to be; infinite where there is none
};

Distance DistanceOf(const PrecisionGoal& goal, const FigureSet* figures) {
  Distance distance{.goal = &goal};
  if (figures != nullptr) {
    distance.half_width_share = HalfWidthShare(*figures, goal);
    distance.shortage = ShortageOf(*figures, goal);
  }
  distance.over_goal = distance.half_width_share
                           ? *distance.half_width_share / goal.half_width_share
                           : std::numeric_limits<double>::infinity();
  return distance;
}

std::string TextOf(const Distance& farthest) {
  if (farthest.shortage) {
    return absl::StrFormat(
        "%s: an interval needs %.0f independent requests, %.0f so far (until "
        "+-%.4g%%)",
        GoalFigureText(*farthest.goal), farthest.shortage->needed, farthest.shortage->effective,
        farthest.goal->half_width_share * 100);
  }
  if (!farthest.half_width_share) {
    return absl::StrFormat("%s: no interval yet (until +-%.4g%%)", GoalFigureText(*farthest.goal),
                           farthest.goal->half_width_share * 100);
  }
  return absl::StrFormat("%s +-%.2g%% (until +-%.4g%%)", GoalFigureText(*farthest.goal),
                         *farthest.half_width_share * 100, farthest.goal->half_width_share * 100);
}

}  // namespace

PrecisionWatch::PrecisionWatch(std::vector<PrecisionGoal> goals) : goals_(std::move(goals)) {
  for (const PrecisionGoal& goal : goals_) {
    text_ += absl::StrFormat("%s%s", text_.empty() ? "until " : ", ", GoalText(goal));
  }
  if (!goals_.empty())
    text_ += absl::StrFormat(": first look after %.0f s of the hold", kFirstLookS);
}

void PrecisionWatch::OnLook(double hold_s, const FigureSet* figures) {
  Distance farthest;
  for (const PrecisionGoal& goal : goals_) {
    const Distance distance = DistanceOf(goal, figures);
    if (farthest.goal == nullptr || distance.over_goal > farthest.over_goal) farthest = distance;
  }
  if (farthest.goal == nullptr) return;
  text_ = TextOf(farthest);
  met_in_a_row_ = farthest.over_goal <= 1 ? met_in_a_row_ + 1 : 0;
  expected_s_.reset();
  next_s_ = hold_s * kStepMax;
  if (farthest.shortage) {
    // When it will have one; how wide that is, nobody knows.
    const double there_s = hold_s * farthest.shortage->needed / farthest.shortage->effective;
    next_s_ = std::clamp(there_s * kStepMin, hold_s * kStepMin, next_s_);
    expected_s_ = there_s * kStepMin * kStepMin;
  }
  if (!farthest.half_width_share) return;
  // Widths fall with the root of the time.
  const double enough_s = hold_s * std::max(farthest.over_goal * farthest.over_goal, kStepMin);
  next_s_ = std::min(enough_s, next_s_);
  // The last look is another one after that, unless this was the first of both.
  expected_s_ = met() ? hold_s : enough_s * (met_in_a_row_ > 0 ? 1 : kStepMin);
}

}  // namespace specctl
