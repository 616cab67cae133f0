#include "common/planning/plan_gate.h"

#include <algorithm>
#include <array>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

// Estimates are decided at their bound; counts are what they are.
constexpr std::array<FigureName, 8> kPlanFigures = {{
    {"speedup", "speedup", Unit::kShare, FigureKind::kEstimate, Better::kUp},
    {"output_speedup", "speedup of Output TPS", Unit::kShare, FigureKind::kEstimate, Better::kUp},
    {"projected_speedup", "projected speedup", Unit::kShare, FigureKind::kEstimate, Better::kUp},
    {"bs", "highest load, in flight", Unit::kRequests, FigureKind::kCount, Better::kUp},
    {"rate", "highest load, requests/s", Unit::kPerSecond, FigureKind::kCount, Better::kUp},
    {"capacity_tps", "capacity of a replica", Unit::kTokensPerSecond, FigureKind::kCount,
     Better::kUp},
    {"replicas", "replicas", Unit::kServers, FigureKind::kCount, Better::kDown},
    {"cost_per_million_tokens", "cost per million output tokens", Unit::kNone,
     FigureKind::kEstimate, Better::kDown},
}};

bool IsPlanFigure(const FigureName* figure) {
  return figure >= kPlanFigures.data() && figure < kPlanFigures.data() + kPlanFigures.size();
}

bool IsOfAcceptance(const FigureName& figure) {
  constexpr std::array<std::string_view, 4> kKeys = {"per_step", "per_draft", "delivered_per_step",
                                                     "accept_rate"};
  return std::find(kKeys.begin(), kKeys.end(), figure.key) != kKeys.end();
}

Measured Exactly(double value) { return {.value = value, .spread = std::nullopt}; }

class Gate {
 public:
  Gate(const Plan& plan, const PlanRequest& request) : plan_(plan), request_(request) {}

  std::vector<GateDecision> DecideAll() {
    for (const Condition& condition : request_.requirements) {
      const size_t before = decisions_.size();
      DecideOne(condition);
      if (decisions_.size() == before) AddNowhere(condition);
    }
    return std::move(decisions_);
  }

 private:
  void DecideOne(const Condition& condition) {
    const std::string_view key = condition.figure->key;
    if (!IsPlanFigure(condition.figure)) {
      DecideFigure(condition);
    } else if (key == "speedup" || key == "output_speedup") {
      DecideSpeedups(condition,
                     key == "speedup" ? &SpeedupCell::speedup : &SpeedupCell::output_tps);
    } else if (key == "projected_speedup") {
      DecideProjections(condition);
    } else {
      DecideAnswers(condition);
    }
  }

  bool HasLimits() const { return !request_.slo.empty(); }

  // Whether the gate is about that point: all of them, or an answer's.
  bool IsAsked(const PointKey& key) const {
    if (!HasLimits()) return true;
    return std::any_of(plan_.answers.begin(), plan_.answers.end(), [&](const auto& planned) {
      return planned.answer.point != nullptr && planned.answer.point->key == key;
    });
  }

  void DecideSpeedups(const Condition& condition, std::optional<Measured> SpeedupCell::*ratio) {
    std::vector<PointKey> decided;
    for (const SpeedupCurve& curve : plan_.speedups) {
      for (const SpeedupCell& cell : curve.cells) {
        if (!IsAsked(cell.target->key) || !IsLanguage(*cell.target)) continue;
        // Nothing was to be measured there.
        if (WasSkipped(*cell.target) || WasSkipped(*cell.baseline)) continue;
        decided.push_back(cell.target->key);
        Add(PointText(cell.target->key), cell.runs, condition, nullptr,
            cell.*ratio ? &*(cell.*ratio) : nullptr);
      }
    }
    if (HasLimits() && !plan_.baseline.empty()) AddAnswersWithout(decided, condition);
  }

  static bool WasSkipped(const PooledPoint& point) { return point.state == PointState::kSkipped; }

  // An answer whose speedup nobody knows is not shown to be fast.
  void AddAnswersWithout(const std::vector<PointKey>& decided, const Condition& condition) {
    for (const PlannedCurve& planned : plan_.answers) {
      const PooledPoint* const point = planned.answer.point;
      if (point == nullptr || point->key.target == plan_.baseline) continue;
      if (std::find(decided.begin(), decided.end(), point->key) != decided.end()) continue;
      AddFailed(PointText(point->key), point->runs, condition,
                absl::StrFormat("%s was not measured there", plan_.baseline));
    }
  }

  void DecideProjections(const Condition& condition) {
    for (const MixProjection& projection : plan_.projections) {
      if (!IsAsked(projection.key)) continue;
      Add(PointText(projection.key), projection.runs, condition, nullptr,
          projection.projected ? &*projection.projected : nullptr);
    }
  }

  void DecideAnswers(const Condition& condition) {
    for (const PlannedCurve& planned : plan_.answers) {
      const CurveKey& key = planned.answer.curve->key;
      const bool of_bs = condition.figure->key == "bs", of_rate = condition.figure->key == "rate";
      if ((of_bs && key.kind != LoadKind::kConcurrency) || (of_rate && key.kind != LoadKind::kRate))
        continue;
      const std::optional<Measured> value = AnswerValue(planned, condition.figure->key);
      Add(CurveText(key),
          planned.answer.point ? planned.answer.point->runs : std::vector<std::string>(), condition,
          nullptr, value ? &*value : nullptr);
    }
  }

  static std::optional<Measured> AnswerValue(const PlannedCurve& planned, std::string_view key) {
    if (key == "bs" || key == "rate") {
      if (planned.answer.point == nullptr) return std::nullopt;
      return Exactly(planned.answer.point->key.load.level);
    }
    if (key == "capacity_tps") {
      if (!planned.capacity) return std::nullopt;
      return Exactly(planned.capacity->tokens_per_s);
    }
    if (key == "replicas") {
      if (!planned.replicas) return std::nullopt;
      return Exactly(static_cast<double>(planned.replicas->replicas));
    }
    if (!planned.cost) return std::nullopt;
    return planned.cost->per_million_output_tokens;
  }

  // A figure of the runs; per cent is of the baseline at the same load and place.
  void DecideFigure(const Condition& condition) {
    for (const Curve& curve : plan_.curves) {
      const bool is_baseline = curve.key.target == plan_.baseline;
      if (condition.relative && (is_baseline || plan_.baseline.empty())) continue;
      const Curve* const base = FindCurve(plan_.curves, curve.key, plan_.baseline);
      for (const PooledPoint* point : curve.points) {
        if (!point->done() || !IsAsked(point->key)) continue;
        // What random tokens do to a drafter says nothing of language.
        if (IsOfAcceptance(*condition.figure) && !IsLanguage(*point)) continue;
        if (!IsUsable(*point)) {
          AddFailed(PointText(point->key), point->runs, condition, "it " + WhyUnusable(*point));
          continue;
        }
        const PooledPoint* const at = base == nullptr ? nullptr : base->At(point->key.load);
        const auto find = [&](const PooledPoint* of) {
          return of == nullptr || !IsUsable(*of)
                     ? nullptr
                     : of->Find(condition.figure->key, condition.statistic_key());
        };
        Add(PointText(point->key), point->runs, condition, find(at), find(point));
      }
    }
  }

  void Add(std::string where, const std::vector<std::string>& runs, const Condition& condition,
           const Measured* a, const Measured* b) {
    decisions_.push_back(
        {.where = std::move(where), .decision = DecideMeasured(condition, a, b), .runs = runs});
  }

  void AddFailed(std::string where, std::vector<std::string> runs, const Condition& condition,
                 std::string why) {
    decisions_.push_back({.where = std::move(where),
                          .decision = {.term = condition.text,
                                       .holds = false,
                                       .reason = std::move(why),
                                       .value = {},
                                       .bound = {},
                                       .limit = condition.limit},
                          .runs = std::move(runs)});
  }

  void AddNowhere(const Condition& condition) {
    std::string why = "no point of the plan has it";
    if (plan_.baseline.empty()) why = "there is no baseline: name one with --baseline";
    if (condition.figure->key == "projected_speedup" && plan_.projections.empty()) {
      why = "nothing was projected: give --mix or --al-from";
    }
    if (HasLimits() && !plan_.unmet().empty()) why = "no point is within the limits";
    AddFailed({}, {}, condition, why);
  }

  const Plan& plan_;
  const PlanRequest& request_;
  std::vector<GateDecision> decisions_;
};

}  // namespace

std::span<const FigureName> PlanFigures() { return kPlanFigures; }

std::vector<GateDecision> DecideGate(const Plan& plan, const PlanRequest& request) {
  return Gate(plan, request).DecideAll();
}

}  // namespace specctl
