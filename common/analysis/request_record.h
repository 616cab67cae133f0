// A request's end, as a row to print and as a row to compute with.
#pragma once

#include <cstdint>
#include <optional>

#include "common/analysis/open_request.h"
#include "common/analysis/request_steps.h"
#include "common/analysis/results.h"
#include "common/analysis/run_context.h"
#include "common/analysis/settled_request.h"
#include "common/analysis/token_books.h"

namespace specctl {

struct RequestRecord {
  RequestRow row;       // its stage is set when it is settled
  OpenRequest request;  // gaps and chunks
  TokenCount tokens;
  SettledRequest settled;  // its steps are set when it is settled
  // [source]: nullopt where the request has none of it.
  std::array<std::optional<RequestSteps>, kStepSources> steps;
};

// `finish`: nullptr for a request that never finished: it is lost.
RequestRecord MakeRecord(const RunContext& run, uint32_t agent, OpenRequest request,
                         const RequestFinished* finish);

}  // namespace specctl
