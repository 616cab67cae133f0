// What the controller is told of the machine that an agent runs on.
#pragma once

#include <cstdint>

#include "common/journal/event.h"

namespace specctl::agent {

// Of this machine and process; what can't be read stays empty or 0.  `files_max`: what
// RaiseFileLimit() (common/base/file_limit.h) returned.
HostFacts ReadHostFacts(uint64_t files_max);

}  // namespace specctl::agent
