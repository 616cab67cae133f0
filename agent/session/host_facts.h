// What the controller is told of the machine that an agent runs on.
#pragma once

#include <cstdint>

#include "common/journal/event.h"

namespace specctl::agent {

// Raises the soft limit of open files to the hard one; returns the limit that holds then.
uint64_t RaiseFilesLimit();

// Of this machine and process; what can't be read stays empty or 0.  `files_max`: what
// RaiseFilesLimit() returned.
HostFacts ReadHostFacts(uint64_t files_max);

}  // namespace specctl::agent
