// Which engine a server is, where its metrics are, and what it says of itself.
#pragma once

#include <string>

#include <absl/status/statusor.h>

#include "common/engine/engine_profile.h"
#include "common/journal/event.h"
#include "controller/probe/server_questions.h"

namespace specctl::controller {

// Finds the engine by what costs the server nothing, then its metrics, and sets engine,
// metrics_url, metrics_note and identity of `facts`.  Metrics are asked for where that engine has
// them; only of an engine that nothing else tells are all places tried.
// INVALID_ARGUMENT where input.engine names an engine and the server is known to be another.
absl::Status ProbeEngine(const ProbeInput& input, ServerQuestions& ask, TargetProbed& facts);

}  // namespace specctl::controller
