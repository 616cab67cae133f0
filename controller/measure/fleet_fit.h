// Whether a load fits the machines that it is to be sent from.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/workload/load_shape.h"
#include "controller/fleet/fleet_member.h"

namespace specctl::controller {

// A machine that agents run on.
struct FleetHost {
  std::string name;     // for errors; empty: this machine
  std::string boot_id;  // of it, as HostFacts has it; empty: it can't be told from others
  uint32_t cores = 1;
  uint64_t files_max = 0;  // that an agent there may have open (RLIMIT_NOFILE)
};

// The machines of a fleet.
struct FleetFacts {
  std::vector<FleetHost> hosts;       // at least one
  uint64_t controller_files_max = 0;  // that the controller may have open
};

// `here`, where agents are started, and the machines of the members that have joined.  What a
// member may open is its host's limit, if it is less than what was known of that.
FleetFacts WithMembers(FleetFacts here, std::span<const FleetMember> members);

// Streams that one agent, and what it is tried against, can hold under a limit of open files; 0:
// none.
uint64_t StreamsThatFit(uint64_t files_max);

// Agents that a load is sent by: as many as `asked`; else, of a closed loop one for each 256
// streams and of an open loop one for each 500 requests per second, at most one a core of the
// hosts.
//
// INVALID_ARGUMENT    --bs, --in-flight-max: more agents are asked for than there are streams
// RESOURCE_EXHAUSTED  an agent's share of the streams, or the controller's connections to its
//                     agents, need more files than may be open.  The text names the flag and what
//                     helps, and each of it does: more agents, where they would fit, and the limit
//                     to set.
absl::StatusOr<uint32_t> FitFleet(const LoadShape& shape, std::optional<uint32_t> asked,
                                  const FleetFacts& fleet);

}  // namespace specctl::controller
