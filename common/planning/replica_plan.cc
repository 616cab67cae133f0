#include "common/planning/replica_plan.h"

#include <cmath>

#include <absl/strings/str_format.h>

#include "common/planning/load_fit.h"
#include "common/planning/measured_arithmetic.h"
#include "common/report/number_text.h"

namespace specctl {
namespace {

std::optional<double> LowerBound(const PooledPoint& point, std::string_view figure) {
  const Measured* const measured = point.Find(figure, "value");
  return measured == nullptr ? std::nullopt : measured->Low(kZ95);
}

// Each of `left` replicas takes an equal part.
Loss LossWith(double demand, double capacity, uint64_t left) {
  if (left == 0) return {.load_share = 0, .holds = false};
  const double share = demand / static_cast<double>(left) / capacity;
  return {.load_share = share, .holds = share <= 1};
}

// Whether each gets less than the lowest point was measured at.
bool BelowMeasured(const SloAnswer& answer, const Demand& demand, double each) {
  const PooledPoint& lowest = *answer.curve->points.front();
  const Measured* const least =
      lowest.Find(demand.of_tokens ? "output_tps" : "requests_per_s", "value");
  return least != nullptr && each < least->value;
}

constexpr double kSecondsPerHour = 3600, kMillion = 1e6;

}  // namespace

absl::StatusOr<Capacity> CapacityOf(const SloAnswer& answer) {
  const PooledPoint& point = *answer.point;
  std::optional<double> tokens = LowerBound(point, "output_tps");
  std::optional<double> requests = LowerBound(point, "requests_per_s");
  Capacity capacity;
  if (answer.extrapolated) {
    // No less than at the last point that was measured is claimed, and no more than its slope says.
    const double level = *answer.extrapolated;
    const auto beyond = [&](std::string_view figure, const std::optional<double>& last) {
      const auto bound = LowerBoundBeyond(*answer.curve, level, figure, "value");
      return bound && last ? std::max(*bound, *last) : last;
    };
    tokens = beyond("output_tps", tokens);
    requests = beyond("requests_per_s", requests);
    capacity.extrapolated = true;
  }
  if (!tokens || !(*tokens > 0)) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: its Output TPS has no 95 %% bound above 0: measure it longer", PointText(point.key)));
  }
  capacity.tokens_per_s = *tokens;
  if (requests && *requests > 0) capacity.requests_per_s = requests;
  return capacity;
}

double PerSecond(const Capacity& capacity, const Demand& demand) {
  return demand.of_tokens ? capacity.tokens_per_s : capacity.requests_per_s.value_or(0);
}

absl::StatusOr<ReplicaPlan> PlanReplicas(const SloAnswer& answer, const Capacity& capacity,
                                         const Demand& demand) {
  const double each = PerSecond(capacity, demand);
  if (!(each > 0)) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: its requests/s have no 95 %% bound above 0: give --demand in tps, or measure it "
        "longer",
        PointText(answer.point->key)));
  }
  const double needed = std::ceil(demand.per_s / each);
  if (!(needed <= kReplicasMax)) {
    return absl::OutOfRangeError(absl::StrFormat(
        "--demand %s: takes %.3g replicas of %s (%s/s each), which no measurement of one replica "
        "says anything of; check its unit",
        demand.text, needed, answer.curve->key.target, FigureText(each)));
  }
  ReplicaPlan plan{.capacity_per_s = each, .replicas = static_cast<uint64_t>(needed)};
  plan.headroom = needed * each / demand.per_s - 1;
  plan.one_lost = LossWith(demand.per_s, each, plan.replicas - 1);
  plan.one_lost_of_spare = LossWith(demand.per_s, each, plan.replicas);
  plan.below_measured = BelowMeasured(answer, demand, demand.per_s / needed);
  plan.at_most = answer.kind == AnswerKind::kAtLeast && !capacity.extrapolated;
  return plan;
}

std::optional<Cost> CostOf(const SloAnswer& answer, double gpu_hour, uint32_t gpus,
                           const std::optional<Demand>& demand,
                           const std::optional<ReplicaPlan>& replicas) {
  const Measured* const tps = answer.point->Find("output_tps", "value");
  if (tps == nullptr) return std::nullopt;
  const double per_hour = gpu_hour * gpus;
  const Measured exact{.value = per_hour / kSecondsPerHour * kMillion,
                       .spread = Spread{.below = 0, .above = 0, .degrees = 1e7, .bound = 0}};
  const std::optional<Measured> per_million = QuotientOf(exact, *tps);
  if (!per_million) return std::nullopt;
  Cost cost{.gpus = gpus, .per_million_output_tokens = *per_million};
  if (!replicas || !demand) return cost;
  const double all_per_hour = per_hour * static_cast<double>(replicas->replicas);
  cost.replicas_per_hour = all_per_hour;
  if (demand->of_tokens) {
    cost.per_million_demanded = all_per_hour / kSecondsPerHour / demand->per_s * kMillion;
  }
  return cost;
}

}  // namespace specctl
