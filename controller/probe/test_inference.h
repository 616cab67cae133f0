// The test inference: what a server takes of a request, and how its tokens are counted.
#pragma once

#include <absl/status/status.h>

#include "common/engine/engine_profile.h"
#include "common/journal/event.h"
#include "controller/probe/server_questions.h"

namespace specctl::controller {

// Lets the model write a few tokens, and sets what follows of `facts`: dialect, token_source,
// usage_fault, stream_options, per_request_statistics, and the draft length where the answer tells
// it.  facts.model is settled.
// UNAVAILABLE          the server is not ready
// FAILED_PRECONDITION  it refuses the request, or answers with something else
// UNAUTHENTICATED      401 or 403
absl::Status TryInference(const ProbeInput& input, const ServerQuestions& ask,
                          const EngineProfile& engine, TargetProbed& facts);

}  // namespace specctl::controller
