// A sweep put together by hand, and what limits say of its first curve.
#pragma once

#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "common/planning/slo_answer.h"
#include "tests/unit/common/planning/hand_made_sweep.h"

namespace specctl::testing {

class AnsweredSweep : public ::testing::Test {
 protected:
  // It points into this fixture's members: the next call ends the last answer.
  SloAnswer Answer(std::string_view slo, bool extrapolate = false) {
    points_ = PoolPoints(made_.sweep());
    curves_ = CurvesOf(points_);
    slo_ = *ParseConditions(slo);
    return AnswerSlo(curves_.front(), slo_, extrapolate);
  }

  HandMadeSweep made_;
  std::vector<PooledPoint> points_;
  std::vector<Curve> curves_;
  std::vector<Condition> slo_;
};

}  // namespace specctl::testing
