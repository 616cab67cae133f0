// NewRunId: a run's name.
#pragma once

#include <string>

namespace specctl::controller {

// When it began (UTC) and four random hex digits, e.g. 20261122-101410-7f3a.
std::string NewRunId();

}  // namespace specctl::controller
