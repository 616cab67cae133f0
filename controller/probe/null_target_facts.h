// What is known of a null server without asking: each agent starts its own, when its run begins.
#pragma once

#include <string>

#include "common/journal/event.h"

namespace specctl::controller {

// As a probe of `specctl sim --pace` finds it, but for its metrics, which no one but the agent's
// own host can read.  `url`: NullTargetUrl().
TargetProbed NullTargetFacts(std::string url);

}  // namespace specctl::controller
