// This machine, as agents are started on it.
#pragma once

#include "controller/fleet/fleet.h"
#include "controller/measure/fleet_fit.h"

namespace specctl::cli {

// Its cores and, raised, its limit of open files.
controller::FleetFacts LocalFleet();

// The machines of a fleet that starts its agents here, by what its members say of themselves.
controller::FleetFacts FactsOf(controller::Fleet& fleet);

}  // namespace specctl::cli
