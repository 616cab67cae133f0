#include "common/planning/sensitivity.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

constexpr double kAcceptanceLost = 0.1;
// Variance of the arrivals in a request's time over their mean: 1 is Poisson's.
constexpr double kBursty = 4;

void Scale(double factor, Measured& measured) {
  measured.value *= factor;
  if (!measured.spread) return;
  measured.spread->below *= factor;
  measured.spread->above *= factor;
  measured.spread->bound *= factor;
}

constexpr std::array<std::string_view, 8> kRises = {
    "output_tps", "total_tps", "requests_per_s", "user_tps_mean",
    "user_tps",   "per_step",  "per_draft",      "delivered_per_step"};
// Arrivals at a given rate yield as many tokens as they ask for, only later.
constexpr std::array<std::string_view, 3> kOffered = {"output_tps", "total_tps", "requests_per_s"};
// Of the latency of a request all but the first token's share grows: taking all of it is on the
// bad side.
constexpr std::array<std::string_view, 2> kFalls = {"itl_ms", "request_latency_ms"};

template <size_t kCount>
bool Has(const std::array<std::string_view, kCount>& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// The same steps, which yield fewer tokens: what is per token scales with the acceptance length.
PooledPoint WithAcceptance(const PooledPoint& point, double factor) {
  PooledPoint scaled = point;
  for (MeasuredFigure& figure : scaled.measured.figures) {
    const bool offered =
        point.key.load.kind == LoadKind::kRate && Has(kOffered, figure.figure->key);
    const bool rises = Has(kRises, figure.figure->key) && !offered,
               falls = Has(kFalls, figure.figure->key);
    if (!rises && !falls) continue;
    for (MeasuredStatistic& statistic : figure.statistics) {
      Scale(rises ? factor : 1 / factor, statistic.measured);
    }
  }
  return scaled;
}

// A step yields a token at least.  nullopt: nothing speculates there.
std::optional<double> AcceptanceFactor(const PooledPoint& point) {
  const Measured* const length = point.Find("per_step", "value");
  if (length == nullptr || !(length->value > 1)) return std::nullopt;
  return std::max(1.0, length->value * (1 - kAcceptanceLost)) / length->value;
}

void SetCapacity(const Capacity& capacity, const std::optional<Demand>& demand,
                 Sensitivity& sensitivity) {
  if (!demand) return;
  const double each = PerSecond(capacity, *demand);
  if (!(each > 0)) return;
  sensitivity.capacity_per_s = each;
  const double needed = std::ceil(demand->per_s / each);
  if (needed <= kReplicasMax) sensitivity.replicas = static_cast<uint64_t>(needed);
}

std::optional<Sensitivity> LowerAcceptance(const SloAnswer& answer, std::span<const Condition> slo,
                                           const std::optional<Demand>& demand) {
  std::vector<PooledPoint> points;
  bool speculates = false;
  for (const PooledPoint* point : answer.curve->points) {
    const std::optional<double> factor = AcceptanceFactor(*point);
    speculates = speculates || factor.has_value();
    points.push_back(factor ? WithAcceptance(*point, *factor) : *point);
  }
  if (!speculates) return std::nullopt;
  Curve curve{.key = answer.curve->key, .points = {}};
  for (const PooledPoint& point : points) curve.points.push_back(&point);
  const SloAnswer lower = AnswerSlo(curve, slo, false);
  Sensitivity sensitivity{.key = "acceptance_10_percent_lower",
                          .text = "acceptance length 10 % lower"};
  if (lower.point == nullptr) return sensitivity;
  sensitivity.load = lower.point->key.load;
  if (const absl::StatusOr<Capacity> capacity = CapacityOf(lower); capacity.ok()) {
    SetCapacity(*capacity, demand, sensitivity);
  }
  return sensitivity;
}

// The largest mean m with m + z sqrt(dispersion m) <= peak.
double MeanBelow(double peak, double dispersion) {
  const double b = kZ95 * std::sqrt(dispersion);
  const double root = (-b + std::sqrt(b * b + 4 * peak)) / 2;
  return root * root;
}

// In flight at the point: what it was held at, or by Little's law.
std::optional<double> InFlightAt(const PooledPoint& point) {
  if (point.key.load.kind == LoadKind::kConcurrency) return point.key.load.level;
  const Measured* const latency = point.Find("request_latency_ms", "mean");
  if (latency == nullptr) return std::nullopt;
  return point.key.load.level * latency->value / 1000;
}

double LowerBoundOr0(const PooledPoint& point, std::string_view figure) {
  const Measured* const measured = point.Find(figure, "value");
  return measured == nullptr ? 0 : measured->Low(kZ95).value_or(0);
}

// The figure's lower bound at a load, by lines between the points, from 0 at no load; across a
// cliff the lower end.
double Interpolated(const Curve& curve, double level, std::string_view figure) {
  double load = 0, value = 0;
  for (const PooledPoint* point : curve.points) {
    if (!IsUsable(*point)) continue;
    const double next_load = point->key.load.level, next = LowerBoundOr0(*point, figure);
    if (next_load == level) return next;
    if (next_load > level) {
      if (curve.HasCliffIn(load, next_load)) return std::min(value, next);
      return value + (next - value) * (level - load) / (next_load - load);
    }
    load = next_load;
    value = next;
  }
  return value;
}

std::optional<Sensitivity> Arrivals(const SloAnswer& answer, double dispersion, std::string key,
                                    std::string text, const std::optional<Demand>& demand) {
  const std::optional<double> in_flight = InFlightAt(*answer.point);
  if (!in_flight) return std::nullopt;
  const LoadLevel& load = answer.point->key.load;
  // A rate was offered with arrivals of its own: peaks of that many were in what was measured.
  const bool by_rate = load.kind == LoadKind::kRate;
  const double peak = by_rate ? *in_flight + kZ95 * std::sqrt(*in_flight) : *in_flight;
  const double mean = MeanBelow(peak, dispersion);
  Sensitivity sensitivity{.key = std::move(key), .text = std::move(text)};
  sensitivity.load = LoadLevel{load.kind, load.level * mean / *in_flight};
  const double level = sensitivity.load->level;
  Capacity capacity{.tokens_per_s = Interpolated(*answer.curve, level, "output_tps")};
  const double requests = Interpolated(*answer.curve, level, "requests_per_s");
  if (requests > 0) capacity.requests_per_s = requests;
  SetCapacity(capacity, demand, sensitivity);
  return sensitivity;
}

}  // namespace

std::vector<Sensitivity> SensitivitiesOf(const SloAnswer& answer, std::span<const Condition> slo,
                                         const std::optional<Demand>& demand) {
  std::vector<Sensitivity> all;
  if (auto lower = LowerAcceptance(answer, slo, demand)) all.push_back(*std::move(lower));
  // Measured rates arrive as they do; a load that was held has no bursts at all.
  if (answer.point->key.load.kind == LoadKind::kConcurrency) {
    if (auto poisson = Arrivals(answer, 1, "poisson_arrivals",
                                "Poisson arrivals (5 % of the time above)", demand)) {
      all.push_back(*std::move(poisson));
    }
  }
  if (auto bursty =
          Arrivals(answer, kBursty, "bursty_arrivals",
                   absl::StrFormat("bursty arrivals (variance %g x the mean)", kBursty), demand)) {
    all.push_back(*std::move(bursty));
  }
  return all;
}

}  // namespace specctl
