// What is known of a null server without asking: each agent starts its own, when its run begins.
#pragma once

#include <absl/status/statusor.h>

#include "common/journal/event.h"
#include "controller/probe/target_probe.h"

namespace specctl::controller {

// As a probe of `specctl sim --pace` finds it, but for its metrics, which no one but the agent's
// own host can read.  `input.url`: NullTargetUrl().
//
// INVALID_ARGUMENT  another engine, model or route is asked of it, or the token ids of replies,
//                   which it does not tell; the text names the flag
absl::StatusOr<TargetProbed> NullTargetFacts(const ProbeInput& input);

}  // namespace specctl::controller
