// PaceServer: streams of fixed pace at little cost, to measure clients with.
#pragma once

#include <absl/status/status.h>

#include "tools/sim/sim_options.h"

namespace specctl::sim {

// Serves `options.pace` until SIGINT or SIGTERM: one thread, one epoll, one send a chunk. Announces
// its URLs as RunModelServer() does; prints at the end and at each SIGUSR1 how late its chunks were
// and what CPU they took.  /metrics has vLLM's families and, as a summary,
// specctl_sim_send_lateness_seconds.
//
// The batch model, speculation and faults have no part in it; a request that is not streamed is
// refused with 400.  Errors as those of RunModelServer().
absl::Status RunPaceServer(const SimOptions& options);

}  // namespace specctl::sim
