#include "common/planning/route_policy.h"

#include <algorithm>
#include <map>
#include <set>

#include "common/base/json_writer.h"
#include "common/planning/measured_arithmetic.h"
#include "common/report/figures_json.h"

namespace specctl {
namespace {

constexpr int kPolicySchemaVersion = 1;

// The fastest of several targets for one kind of prompts.
struct RouteChoice {
  const PooledPoint* point = nullptr;
  std::optional<Measured> speedup;  // over the baseline; absent: it is the baseline
};

class PolicyWriter {
 public:
  explicit PolicyWriter(const Plan& plan) : plan_(plan) {}

  // Whether anything was written.
  bool WriteRoutes() {
    json_.BeginObject();
    json_.Field("schema_version", kPolicySchemaVersion);
    json_.Field("baseline", plan_.baseline);
    json_.Key("routes");
    json_.BeginArray();
    for (const Curve& base : plan_.curves) {
      if (base.key.target != plan_.baseline) continue;
      for (const PooledPoint* point : base.points) {
        if (IsUsable(*point) && IsLanguage(*point) && IsAsked(base.key, point->key.load)) {
          WriteRoute(base.key, *point);
        }
      }
    }
    json_.EndArray();
    json_.EndObject();
    return written_;
  }
  std::string TakeText() { return std::move(json_).Take() + "\n"; }
  std::vector<std::string> runs() const { return {runs_.begin(), runs_.end()}; }

 private:
  // All loads, or those that are an answer there.
  bool IsAsked(const CurveKey& place, const LoadLevel& load) const {
    if (plan_.answers.empty()) return true;
    return std::any_of(plan_.answers.begin(), plan_.answers.end(), [&](const auto& planned) {
      CurveKey key = planned.answer.curve->key;
      key.target = place.target;
      return key == place && planned.answer.point != nullptr &&
             planned.answer.point->key.load == load;
    });
  }

  // The other targets' usable points there.
  std::vector<const PooledPoint*> Beside(const CurveKey& place, const LoadLevel& load) const {
    std::vector<const PooledPoint*> points;
    for (const SweepTarget& target : plan_.sweep.targets) {
      if (target.name == plan_.baseline) continue;
      const Curve* const curve = FindCurve(plan_.curves, place, target.name);
      const PooledPoint* const point = curve == nullptr ? nullptr : curve->At(load);
      if (point != nullptr && IsUsable(*point)) points.push_back(point);
    }
    return points;
  }

  template <class Find>
  std::optional<RouteChoice> Choose(const PooledPoint& base,
                                    const std::vector<const PooledPoint*>& others,
                                    const Find& find) {
    const Measured* const slow = find(base);
    if (slow == nullptr) return std::nullopt;
    RouteChoice best{.point = &base, .speedup = std::nullopt};
    bool any = false;
    for (const PooledPoint* other : others) {
      const Measured* const fast = find(*other);
      const auto speedup = fast == nullptr ? std::nullopt : QuotientOf(*fast, *slow);
      if (!speedup) continue;
      any = true;
      const double beaten = best.speedup ? best.speedup->value : 1;
      if (speedup->value > beaten) best = {.point = other, .speedup = speedup};
    }
    return any ? std::optional(best) : std::nullopt;
  }

  void WriteChoice(const RouteChoice& choice) {
    const SweepTarget& target = *plan_.sweep.FindTarget(choice.point->key.target);
    // The baseline may speculate itself.
    const bool speculates = Speculates(plan_.sweep, target);
    json_.Field("speculate", speculates);
    json_.Field("target", target.name);
    json_.Field("draft_length", speculates ? target.draft_length : std::optional<uint32_t>(0));
    if (!choice.speedup) return;
    json_.Key("speedup");
    json_.BeginObject();
    const Estimate speedup = EstimateOf(*choice.speedup);
    json_.Field("value", speedup.value);
    WriteNumber("low", speedup.low, json_);
    WriteNumber("high", speedup.high, json_);
    json_.EndObject();
    // 1 within the interval: the choice may be noise.
    if (!speedup.low || *speedup.low <= 1) json_.Field("unsure", true);
  }

  void WriteRoute(const CurveKey& place, const PooledPoint& base) {
    const std::vector<const PooledPoint*> others = Beside(place, base.key.load);
    const auto whole = Choose(base, others, [](const PooledPoint& point) {
      return point.Find(kSpeedFigure, kSpeedStatistic);
    });
    if (!whole) return;
    written_ = true;
    for (const PooledPoint* point : others) runs_.insert(point->runs.begin(), point->runs.end());
    runs_.insert(base.runs.begin(), base.runs.end());
    json_.BeginObject();
    json_.Field("dataset", place.dataset);
    json_.TextField("tier", place.tier);
    json_.Field("temperature", place.temperature);
    json_.Field(place.kind == LoadKind::kRate ? "rate" : "bs", base.key.load.level);
    WriteChoice(*whole);
    WriteSlices(base, others);
    json_.EndObject();
  }

  void WriteSlices(const PooledPoint& base, const std::vector<const PooledPoint*>& others) {
    json_.Key("by_category");
    json_.BeginArray();
    for (const MeasuredSlice& slice : base.measured.slices) {
      const auto choice = Choose(base, others, [&](const PooledPoint& point) {
        return point.FindIn(slice.by, slice.key, kSpeedFigure, kSpeedStatistic);
      });
      if (!choice) continue;
      json_.BeginObject();
      json_.Field(DimensionName(slice.by), slice.key);
      WriteChoice(*choice);
      json_.EndObject();
    }
    json_.EndArray();
  }

  const Plan& plan_;
  JsonWriter json_{JsonWriter::Style::kPretty};
  std::set<std::string> runs_;
  bool written_ = false;
};

}  // namespace

std::optional<DeploymentForm> RoutePolicyForm(const Plan& plan) {
  if (plan.baseline.empty()) return std::nullopt;
  PolicyWriter writer(plan);
  if (!writer.WriteRoutes()) return std::nullopt;
  return DeploymentForm{
      .key = "route_policy",
      .file = "route-policy.json",
      .what = "speculation by kind of prompts and category: on or off, and how far",
      .source = "specctl's own, docs/planning.md",
      .content = writer.TakeText(),
      .notes = {"the fastest by mean User TPS; \"unsure\" where its interval has 1 in it"},
      .runs = writer.runs()};
}

}  // namespace specctl
