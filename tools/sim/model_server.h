// The simulated engine as a process: replicas, signals, what is printed.
#pragma once

#include <absl/status/status.h>

#include "tools/sim/sim_options.h"

namespace specctl::sim {

// Serves until SIGINT or SIGTERM, or until --die-after has ended the only replica.  Prints a line
// "listening on URL" a replica to standard output when all listen, and the totals at the end.
//
// INVALID_ARGUMENT   the host is no address
// UNAVAILABLE        a port is taken
// PERMISSION_DENIED  the send log or port file can't be written
// DATA_LOSS          the send log is not complete
absl::Status RunModelServer(const SimOptions& options);

}  // namespace specctl::sim
