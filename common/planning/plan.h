// Plan: what a sweep says of capacity and speculation; the writers print it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/planning/deployment_form.h"
#include "common/planning/draft_schedule.h"
#include "common/planning/mix_projection.h"
#include "common/planning/plan_request.h"
#include "common/planning/replica_plan.h"
#include "common/planning/sensitivity.h"
#include "common/planning/slo_answer.h"
#include "common/planning/speedup_table.h"
#include "common/planning/study_table.h"

namespace specctl {

// One curve's answer, and what follows from it.
struct PlannedCurve {
  SloAnswer answer;
  std::optional<Capacity> capacity;
  std::optional<ReplicaPlan> replicas;
  std::vector<Sensitivity> sensitivities;
  std::optional<Cost> cost;
  std::vector<std::string> notes;  // why one of these is absent, or marked
  // It takes the most per GPU of all targets there (per replica, where not all GPUs are known), at
  // its lower bound.
  bool chosen = false;
  std::optional<double> tokens_per_s_per_gpu;  // capacity / GPUs
};

struct GateDecision {
  std::string where;  // "dl3 at bs 64, throughput_1k"; empty: nowhere
  Decision decision;
  std::vector<std::string> runs;
};

// Its parts point to each other: it moves and is not copied.
struct Plan {
  Plan() = default;
  Plan(Plan&&) = default;
  Plan& operator=(Plan&&) = default;

  Sweep sweep;           // joined, and only what was asked for
  std::string baseline;  // a target; empty: none
  std::vector<PooledPoint> points;
  std::vector<Curve> curves;
  bool answers_asked = false;  // for limits, a demand or a price
  std::vector<PlannedCurve> answers;
  std::vector<CurveKey> unanswered;  // random tokens, on which a target speculates; in `notes`
  std::vector<SpeedupCurve> speedups;
  std::vector<DraftSchedule> schedules;
  std::vector<MixProjection> projections;
  std::vector<StudyTable> studies;
  std::vector<DeploymentForm> forms;
  std::vector<GateDecision> gate;
  std::vector<std::string> notes;

  // Places (dataset, tier, temperature, kind of load) where no target meets the limits; why is in
  // the answers.
  std::vector<std::string> unmet() const;
  bool gate_holds() const;
};

// INVALID_ARGUMENT  CheckSweep()'s, or --al-from is of no target of the sweep
// OUT_OF_RANGE      the demand takes more replicas than can be planned
absl::StatusOr<Plan> MakePlan(Sweep joined, const PlanRequest& request);

// The texts; each depends on its arguments alone.  docs/planning.md is the schema of the JSON.
std::string PlanText(const Plan& plan, const PlanRequest& request);
std::string PlanJson(const Plan& plan, const PlanRequest& request);

}  // namespace specctl
