// Makes the steps of a preflight: a run with a null server beside each agent, and its judgement.
#pragma once

#include <functional>
#include <utility>

#include <absl/status/statusor.h>

#include "common/analysis/results.h"
#include "common/base/clock.h"
#include "controller/measure/measure_request.h"
#include "tools/specctl/preflight_rate.h"
#include "tools/specctl/preflight_step.h"

namespace specctl::cli {

class PreflightRunner {
 public:
  // Measures, on agents that serve every step, and leaves no file.  CANCELLED: interrupted.  Others
  // are the run's: refused, or failed.
  using MeasureStep = std::function<absl::StatusOr<Results>(controller::MeasureRequest)>;

  // `duration`: of full load, in each step.
  PreflightRunner(Nanos duration, MeasureStep measure)
      : duration_(duration), measure_(std::move(measure)) {}

  // One step (StepRequest).  UNAVAILABLE: a null server said nothing; others as of MeasureStep.
  absl::StatusOr<JudgedStep> Run(const StepLoad& load) const;
  // The same for a rate of arrivals (RateRequest).
  absl::StatusOr<JudgedRate> RunRate(const RateLoad& load) const;

 private:
  absl::StatusOr<Results> Measured(controller::MeasureRequest request) const;

  const Nanos duration_;
  const MeasureStep measure_;
};

}  // namespace specctl::cli
