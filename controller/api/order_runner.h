// RunOrder: an order on the fleet that is attached, from its first check to its artifacts.
#pragma once

#include <functional>
#include <string>

#include <absl/status/statusor.h>

#include "controller/fleet/fleet.h"
#include "controller/measure/measure_request.h"
#include "controller/run/run_observer.h"
#include "controller/run/stop_token.h"

namespace specctl::controller {

// What an order uses and does not own.
struct OrderMeans {
  Fleet& fleet;
  StopToken stop;
  Nanos drain{0};  // what is in flight when it is asked to stop gets this long
  // Agents of an earlier life of the controller are on their way until then.
  MonoTime agents_expected_until{};
  RunObserver& observer;
  // Of a sweep: what `observer` is told from now on is of the run in this folder, relative to the
  // job's.
  std::function<void(const std::string& folder)> on_run;
  std::function<void(std::string)> tell;  // what is waited for, in words
};

// How an order's run ended, and whether its artifacts could be written.
struct OrderEnd {
  RunEnded ended;
  absl::Status artifacts;
};

// Waits `wait_agents` at most for the agents that are asked for, then resolves and measures into
// `folder`, which is there, and writes the artifacts.  Blocks.  Where it was asked to stop before
// the run began: CANCELLED.  Else errors as of ChooseAgents(), Resolve(), Measure() and
// WriteArtifacts().
absl::StatusOr<OrderEnd> RunOrder(MeasureRequest request, Nanos wait_agents,
                                  const std::string& folder, const OrderMeans& means);

// Goes on with the order's run, whose journal is in `folder`.  `request`: the same order; its
// secrets may be lost, and then metrics that need them are not read any more.  ABORTED: it never
// came to T0, so that it may begin anew.  Else errors as of RecoverRun(), ResumeMeasure() and
// WriteArtifacts().
absl::StatusOr<OrderEnd> ResumeOrder(MeasureRequest request, const std::string& folder,
                                     const OrderMeans& means);

}  // namespace specctl::controller
