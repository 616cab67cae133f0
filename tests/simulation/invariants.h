// What must hold of a simulation once it is over.
#pragma once

#include <string>

#include "tests/simulation/world.h"

namespace specctl::simulation {

// Empty, or the first thing that is wrong.  `faultless`: the same scenario without faults; null:
// not to be compared.
std::string CheckInvariants(const World& world, const World* faultless);

}  // namespace specctl::simulation
