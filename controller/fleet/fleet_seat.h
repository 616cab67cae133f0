// FleetSeat: whose place in a run that another life of this controller began it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace specctl::controller {

struct FleetSeat {
  uint64_t incarnation = 0;          // of the process
  std::string resume_secret_sha256;  // hex, of what it proves that by
};

// By the run's index; nullopt: it is over for that agent.
using FleetRoster = std::vector<std::optional<FleetSeat>>;

}  // namespace specctl::controller
