#include "common/planning/mix_projection.h"

#include <algorithm>

#include <absl/strings/str_format.h>

#include "common/planning/measured_arithmetic.h"
#include "common/planning/pooled_figures.h"
#include "common/planning/speedup_table.h"

namespace specctl {
namespace {

constexpr std::string_view kMixedTier = "mixed";
constexpr std::string_view kLength = "per_step";

// A figure of a domain at a point: of the slice of that name, or of a point of that tier.
const Measured* OfDomain(const PooledPoint& point, const std::string& domain,
                         std::string_view figure, std::string_view statistic) {
  if (!IsUsable(point) || !IsLanguage(point)) return nullptr;
  for (const Dimension by : {Dimension::kCategory, Dimension::kTier}) {
    const Measured* const found = point.FindIn(by, domain, figure, statistic);
    if (found != nullptr) return found;
  }
  return point.key.tier == domain ? point.Find(figure, statistic) : nullptr;
}

using Runs = std::vector<std::string>;

class Projector {
 public:
  Projector(const PlanRequest& request, const std::string& baseline, std::span<const Curve> curves)
      : request_(request), baseline_(baseline), curves_(curves) {}

  std::vector<MixProjection> ProjectAll() const {
    std::vector<MixProjection> projections;
    for (const Curve& curve : curves_) {
      const bool of_steps = curve.key.tier.empty() || curve.key.tier == kMixedTier;
      const Curve* const base = FindCurve(curves_, curve.key, baseline_);
      if (curve.key.target == baseline_ || !of_steps || base == nullptr) continue;
      for (const PooledPoint* point : curve.points) {
        const PooledPoint* const at = base->At(point->key.load);
        if (at == nullptr || !Serves(*point)) continue;
        if (auto projection = Project(*point, *at)) projections.push_back(*std::move(projection));
      }
    }
    return projections;
  }

 private:
  // Whether the acceptance that is asked for is of the point's target.
  bool Serves(const PooledPoint& point) const {
    if (!request_.al_from) return true;
    return AcceptanceMismatch(request_.al_from->measured.setup, point.measured.setup).empty();
  }

  std::vector<MixShare> Shares() const {
    if (!request_.mix.empty() || !request_.al_from) return request_.mix;
    return {{.domain = request_.al_from->name, .share = 1}};
  }

  // `runs` gets those that it comes from, as with the following.
  std::optional<Measured> LengthOf(const std::string& domain, const PooledPoint& point,
                                   Runs& runs) const {
    if (request_.al_from) return LengthFromRun(domain, runs);
    if (const auto here = PooledLength(domain, point, true, runs)) return here;
    return PooledLength(domain, point, false, runs);
  }

  std::optional<Measured> LengthFromRun(const std::string& domain, Runs& runs) const {
    const PointMeasurement& run = request_.al_from->measured;
    const Measured* found = nullptr;
    if (request_.mix.empty()) found = FindMeasured(run.figures, kLength, "value");
    for (const MeasuredSlice& slice : run.slices) {
      if (found == nullptr && slice.key == domain) {
        found = FindMeasured(slice.figures, kLength, "value");
      }
    }
    if (found == nullptr) return std::nullopt;
    AddRuns({request_.al_from->name}, runs);
    return *found;
  }

  // Over the target's points at that temperature; `same_dataset`: of that dataset alone.
  std::optional<Measured> PooledLength(const std::string& domain, const PooledPoint& point,
                                       bool same_dataset, Runs& runs) const {
    std::vector<WeighedMeasured> lengths;
    for (const Curve& curve : curves_) {
      const bool fits = curve.key.target == point.key.target &&
                        curve.key.temperature == point.key.temperature &&
                        (!same_dataset || curve.key.dataset == point.key.dataset);
      if (!fits) continue;
      for (const PooledPoint* each : curve.points) {
        const Measured* const length = OfDomain(*each, domain, kLength, "value");
        if (length == nullptr) continue;
        lengths.push_back({.measured = *length, .weight = std::max(each->measured.hold_s, 1.0)});
        AddRuns(each->runs, runs);
      }
    }
    if (lengths.empty()) return std::nullopt;
    return PoolMeasured(lengths).measured;
  }

  // The domain's own User TPS, with speculation over without, at the same load: of the same dataset
  // before others.
  std::optional<Measured> MeasuredSpeedup(const std::string& domain, const PooledPoint& point,
                                          Runs& runs) const {
    for (const bool same_dataset : {true, false}) {
      for (const Curve& curve : curves_) {
        const bool fits = curve.key.target == point.key.target &&
                          curve.key.temperature == point.key.temperature &&
                          (curve.key.dataset == point.key.dataset) == same_dataset;
        const Curve* const base = FindCurve(curves_, curve.key, baseline_);
        if (!fits || base == nullptr) continue;
        const PooledPoint *with = curve.At(point.key.load), *without = base->At(point.key.load);
        if (with == nullptr || without == nullptr) continue;
        const Measured *a = OfDomain(*without, domain, kSpeedFigure, kSpeedStatistic),
                       *b = OfDomain(*with, domain, kSpeedFigure, kSpeedStatistic);
        if (a == nullptr || b == nullptr) continue;
        AddRuns(without->runs, runs);
        AddRuns(with->runs, runs);
        return QuotientOf(*b, *a);
      }
    }
    return std::nullopt;
  }

  std::optional<MixProjection> Project(const PooledPoint& with, const PooledPoint& without) const {
    for (const PooledPoint* point : {&with, &without}) {
      if (!IsUsable(*point) || !IsLanguage(*point)) return std::nullopt;
    }
    const Measured *t_sd = with.Find("step_latency_ms", "mean"),
                   *t_ar = without.Find("step_latency_ms", "mean");
    if (t_sd == nullptr || t_ar == nullptr) return std::nullopt;
    const std::optional<Measured> time = QuotientOf(*t_ar, *t_sd);
    if (!time) return std::nullopt;
    MixProjection projection{
        .key = with.key,
        .steps_from = with.key.tier.empty() ? "all of the dataset" : "the mixed tier",
        .t_ar_ms = EstimateOf(*t_ar),
        .t_sd_ms = EstimateOf(*t_sd)};
    AddRuns(without.runs, projection.runs);
    AddRuns(with.runs, projection.runs);
    AddDomains(with, *time, projection);
    return projection;
  }

  void AddDomains(const PooledPoint& with, const Measured& time, MixProjection& projection) const {
    std::vector<SharedMeasured> lengths, measured;
    for (const MixShare& share : Shares()) {
      DomainProjection domain{.domain = share.domain, .share = share.share};
      if (const auto length = LengthOf(share.domain, with, projection.runs)) {
        lengths.push_back({.measured = *length, .share = share.share});
        domain.acceptance_length = EstimateOf(*length);
        if (const auto speedup = ProductOf(time, *length)) domain.projected = EstimateOf(*speedup);
      } else {
        projection.why_none += absl::StrFormat(
            "%sno acceptance length of %s", projection.why_none.empty() ? "" : ", ", share.domain);
      }
      if (const auto speedup = MeasuredSpeedup(share.domain, with, projection.runs)) {
        measured.push_back({.measured = *speedup, .share = share.share});
        domain.measured = EstimateOf(*speedup);
      }
      projection.domains.push_back(std::move(domain));
    }
    const size_t all = projection.domains.size();
    // t_ar / t_sd is common to all domains, so that its error enters once.
    const auto length = lengths.size() == all ? HarmonicMean(lengths) : std::nullopt;
    if (length) projection.projected = ProductOf(time, *length);
    if (measured.size() == all) projection.measured = HarmonicMean(measured);
  }

  const PlanRequest& request_;
  const std::string& baseline_;
  const std::span<const Curve> curves_;
};

}  // namespace

std::vector<MixProjection> ProjectMix(const PlanRequest& request, const std::string& baseline,
                                      std::span<const Curve> curves) {
  if (request.mix.empty() && !request.al_from) return {};
  return Projector(request, baseline, curves).ProjectAll();
}

std::string AcceptanceMismatch(const PointSetup& of_run, const PointSetup& of_target) {
  const auto differ = [](const std::string& a, const std::string& b) {
    return !a.empty() && !b.empty() && a != b;
  };
  if (differ(of_run.model, of_target.model)) {
    return absl::StrFormat("model %s against %s", of_run.model, of_target.model);
  }
  if (differ(of_run.speculation_method, of_target.speculation_method)) {
    return absl::StrFormat("method %s against %s", of_run.speculation_method,
                           of_target.speculation_method);
  }
  if (differ(of_run.drafter, of_target.drafter)) {
    return absl::StrFormat("drafter %s against %s", of_run.drafter, of_target.drafter);
  }
  if (of_run.draft_length && of_target.draft_length &&
      *of_run.draft_length != *of_target.draft_length) {
    return absl::StrFormat("draft length %d against %d", *of_run.draft_length,
                           *of_target.draft_length);
  }
  return "";
}

}  // namespace specctl
