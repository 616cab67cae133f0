// The highest load at which a service-level objective holds.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/compare/requirement.h"
#include "common/planning/curve.h"

namespace specctl {

struct JudgedPoint {
  const PooledPoint* point = nullptr;
  bool passes = false;
  // Too little was measured there: what was seen is within every limit, but some has no bound.
  bool undecided = false;
  std::vector<Decision> decisions;  // a term each; empty where the point is not usable
  std::string why_not;              // of the first that does not hold, or why it is not usable
};

// Each term is decided at its own one-sided 95 % bound on the bad side, as `compare --require`
// does; a figure without one does not pass.
JudgedPoint JudgePoint(const PooledPoint& point, std::span<const Condition> slo);

enum class AnswerKind : uint8_t {
  kNone,     // not even the lowest point passes
  kBetween,  // the load is the last one measured that passes, and the next one does not
  kAtLeast,  // every point passes: it may be more
};

struct SloAnswer {
  const Curve* curve = nullptr;
  AnswerKind kind = AnswerKind::kNone;
  std::vector<JudgedPoint> judged;     // all points, by load
  const PooledPoint* point = nullptr;  // the highest at which it and every lower one pass
  std::string reason;                  // why not more: the next point and what fails there
  // Lower points that are passed over since they are undecided; the one above them passes.
  std::vector<const PooledPoint*> undecided;
  // Where a monotone fit meets the first limit, between the point and the next; absent with
  // `why_no_fit`.
  std::optional<double> fitted;
  std::string why_no_fit;
  std::optional<double> extrapolated;  // beyond the last point, where that was asked for
};

// `curve` must outlive the answer.  An undecided point passes only below one that passes, where
// less load can hardly be worse, and is named.
SloAnswer AnswerSlo(const Curve& curve, std::span<const Condition> slo, bool extrapolate);

}  // namespace specctl
