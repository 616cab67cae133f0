// This machine, as agents are started on it.
#pragma once

#include <cstdint>

#include "controller/measure/fleet_fit.h"

namespace specctl::cli {

// Raises this process's limit of open files as far as it may (RLIMIT_NOFILE, soft to hard), for
// itself and the processes it starts, and returns it.
uint64_t RaiseFileLimit();

// Its cores and, raised, its limit of open files.
controller::FleetFacts LocalFleet();

}  // namespace specctl::cli
