// ParentPipe: the pipe that a spawned agent inherits, and its end when the parent is gone.
#pragma once

#include <absl/status/statusor.h>

#include "common/session/spawn_order.h"

namespace specctl::agent {

// Waits for the order, a line.  UNAVAILABLE where the pipe closes before it, INVALID_ARGUMENT as
// DecodeSpawnOrder.
absl::StatusOr<SpawnOrder> ReadSpawnOrder(int fd);

// From now on this process ends at once, whatever it is doing, when the pipe `fd` is closed. Starts
// a thread that lives as long as the process.
void EndWithParent(int fd);

}  // namespace specctl::agent
