// AttachedAgents: the agents that have attached themselves, as runs choose from them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "controller/fleet/fleet.h"
#include "controller/measure/fleet_fit.h"
#include "controller/measure/measure_request.h"
#include "controller/run/stop_token.h"

namespace specctl::controller {

// The machines of the agents that are attached and connected.
FleetFacts AttachedFacts(const std::vector<FleetMember>& members, uint64_t controller_files_max);

// NOT_FOUND: more agents are wanted than are attached; says how to get them.
absl::Status MissingAgents(uint32_t wanted, size_t attached);

// How many agents the load is sent by, of `attached`: as many as are asked for, else as FitFleet()
// has it and at most all.
// NOT_FOUND  MissingAgents()
// others     as FitFleet()
absl::StatusOr<uint32_t> ChooseAgents(const MeasureRequest& request,
                                      const std::vector<FleetMember>& attached,
                                      uint64_t controller_files_max);

struct ChosenAgents {
  uint32_t agents = 0;
  FleetFacts machines;
};

// How long who asks for agents waits for them.
struct AgentsPatience {
  MonoTime until{};
  StopToken stop;
  std::function<void(std::string)> tell;  // what is waited for, in words
};

// Waits until there are agents enough.  Blocks.
// CANCELLED  it was asked to stop
// others     as ChooseAgents()
absl::StatusOr<ChosenAgents> AwaitAgents(const MeasureRequest& request, Fleet& fleet,
                                         const AgentsPatience& patience);

}  // namespace specctl::controller
