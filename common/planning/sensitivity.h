// What happens to an answer when acceptance falls or requests come in bursts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/planning/replica_plan.h"

namespace specctl {

// How the answer moves when something is otherwise than measured.
struct Sensitivity {
  std::string key;   // "acceptance_10_percent_lower", "poisson_arrivals", "bursty_arrivals"
  std::string text;  // what it assumes
  std::optional<LoadLevel> load;         // the highest, or the highest mean load; absent: none
  std::optional<double> capacity_per_s;  // in the demand's unit
  std::optional<uint64_t> replicas;
};

// What a lower acceptance and burstier arrivals do.  Without a demand only the loads are told.
std::vector<Sensitivity> SensitivitiesOf(const SloAnswer& answer, std::span<const Condition> slo,
                                         const std::optional<Demand>& demand);

}  // namespace specctl
