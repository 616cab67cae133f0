// Clearing a server's prefix cache before a run.
#pragma once

#include <absl/status/status.h>

#include "common/engine/engine_profile.h"
#include "controller/probe/target_probe.h"

namespace specctl::controller {

// Asks the server to clear its prefix cache, as its engine has it, and believes what it answers.
// Asks again for `patience` while it answers that it could not: its last request may still be in a
// step.  Blocks.
// UNIMPLEMENTED     "--flush-cache: ...": the engine has no way, or the server did not do it; says
//                   what it takes
// UNAVAILABLE, ...  as Fetch()
absl::Status FlushPrefixCache(const ProbeInput& input, const EngineProfile& engine,
                              Nanos patience = std::chrono::seconds(3));

}  // namespace specctl::controller
