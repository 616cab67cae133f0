// How many replicas a demand needs, and what they cost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/planning/plan_request.h"
#include "common/planning/slo_answer.h"

namespace specctl {

// What a replica takes within the limits: the lower one-sided 95 % bounds at the answer's point.
struct Capacity {
  double tokens_per_s = 0;
  std::optional<double> requests_per_s;
  bool extrapolated = false;
};

// What one replica less means.
struct Loss {
  double load_share = 0;  // of its capacity that each of those left gets; above 1: too much
  bool holds = false;
};

struct ReplicaPlan {
  double capacity_per_s = 0;  // of a replica, in the demand's unit
  uint64_t replicas = 0;
  double headroom = 0;          // capacity of all / demand - 1
  Loss one_lost;                // of `replicas`
  Loss one_lost_of_spare;       // of one more: N + 1
  bool below_measured = false;  // each gets less than at the lowest load measured
  bool at_most = false;         // every point passes: fewer may do
};

// In the money of --gpu-hour.
struct Cost {
  uint32_t gpus = 0;                   // of a replica
  Measured per_million_output_tokens;  // at the answer's point, fully loaded
  std::optional<double> replicas_per_hour;
  // Of the demand, with what the replicas idle; absent without a demand in tokens/s.
  std::optional<double> per_million_demanded;
};

// More replicas than anyone will have: the demand has another unit than meant.
inline constexpr double kReplicasMax = 100'000;

// Of an answer with a point.  FAILED_PRECONDITION: its throughput has no interval, or is 0 at the
// bound.
absl::StatusOr<Capacity> CapacityOf(const SloAnswer& answer);
double PerSecond(const Capacity& capacity, const Demand& demand);  // 0: not known

// OUT_OF_RANGE "--demand ...": it takes more than kReplicasMax replicas.
// FAILED_PRECONDITION: the capacity is not known in the demand's unit.
absl::StatusOr<ReplicaPlan> PlanReplicas(const SloAnswer& answer, const Capacity& capacity,
                                         const Demand& demand);

// nullopt: Output TPS is absent.
std::optional<Cost> CostOf(const SloAnswer& answer, double gpu_hour, uint32_t gpus,
                           const std::optional<Demand>& demand,
                           const std::optional<ReplicaPlan>& replicas);

}  // namespace specctl
