// Lines of profile_export.jsonl, AIPerf's record of each request.
#pragma once

#include <cstdint>
#include <string>

#include "common/analysis/ended_request.h"
#include "common/analysis/run_context.h"

namespace specctl {

// Without the line end.  `run` is armed: times are of its T0.  What isn't known is an absent key:
// when the response's head came, http_req_* but connection_reused, and of a step that came in
// several chunks the gaps between them.
std::string AiperfRecordLine(const EndedRequest& request, const RunContext& run);

}  // namespace specctl
