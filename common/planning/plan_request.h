// What `specctl plan` is asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/compare/comparability.h"
#include "common/compare/condition.h"
#include "common/planning/sweep.h"

namespace specctl {

struct Demand {
  double per_s = 0;       // above 0
  bool of_tokens = true;  // output tokens; else requests
  std::string text;       // as it was written
};
// "4000tps", "4000 tokens/s", "12.5rps", "12.5 requests/s", "12.5/s".
// INVALID_ARGUMENT: none of these.
absl::StatusOr<Demand> ParseDemand(std::string_view text);

// A domain's share of the traffic's output tokens.
struct MixShare {
  std::string domain;  // a category or a tier
  double share = 0;    // above 0; all add up to 1
};
// "coding=0.4,roleplay=0.6".
// INVALID_ARGUMENT: not of that form, a domain twice, or shares that don't add up to 1 (within 1
// %).
absl::StatusOr<std::vector<MixShare>> ParseMix(std::string_view text);

// A run of one's own prompts, whose acceptance is put in place of the sweep's (--al-from).
struct AcceptanceRun {
  std::string name;
  PointMeasurement measured;
};

struct PlanRequest {
  std::vector<Condition> slo;           // absolute; empty: no limits
  std::vector<Condition> requirements;  // the gate; in per cent: of the baseline at the same point
  std::optional<Demand> demand;
  std::optional<double> gpu_hour;     // money for one GPU and hour, above 0
  std::string baseline;               // a target; empty: the one without speculation
  std::vector<std::string> targets;   // empty: all of the sweep
  std::vector<std::string> datasets;  // empty: all of the sweep
  std::vector<MixShare> mix;
  std::optional<AcceptanceRun> al_from;
  bool extrapolate = false;  // beyond the last stable point, up to twice its load, marked
  Across across;             // revisions that may differ
};

}  // namespace specctl
