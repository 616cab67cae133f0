// This machine, as agents are started on it.
#pragma once

#include "controller/measure/fleet_fit.h"

namespace specctl::cli {

// Its cores and, raised, its limit of open files.
controller::FleetFacts LocalFleet();

}  // namespace specctl::cli
