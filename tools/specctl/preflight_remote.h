// Steps of a preflight on the agents that are attached to a controller.
#pragma once

#include <cstdint>
#include <string>

#include <absl/status/statusor.h>

#include "common/analysis/results.h"
#include "common/base/clock.h"
#include "controller/api/control_client.h"
#include "controller/measure/measure_request.h"
#include "controller/run/stop_token.h"
#include "tools/specctl/connection_flags.h"
#include "tools/specctl/controller_wait.h"

namespace specctl::cli {

// How many agents are connected, at least `wanted`, which it waits for as long as `wait` says.
// NOT_FOUND  there are fewer; says how to get them
// CANCELLED  interrupted
// others     as ControlClient
absl::StatusOr<uint32_t> AwaitAttached(controller::ControlClient& client, uint32_t wanted,
                                       ControllerWait& wait);

// What the steps have in common.
struct RemoteSteps {
  const Connection& connection;
  Nanos wait_agents{0};        // for agents that are missing
  controller::StopToken stop;  // cancels the step
  std::string command;         // of the preflight, for lists
};

// Submits the step as a run of its own, follows it, takes its journal and removes it.  Other runs
// of that controller may come between two steps.
//
// CANCELLED    interrupted
// UNAVAILABLE  there can be no folder for the step's journal, which is gone afterwards
// others       the run was refused, or failed; the text is the controller's
absl::StatusOr<Results> MeasureThere(const RemoteSteps& steps, controller::MeasureRequest request);

}  // namespace specctl::cli
