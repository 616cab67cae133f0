// EndedRequest: a request between its end and its settlement, and as requests.jsonl prints it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "common/analysis/open_request.h"
#include "common/analysis/request_steps.h"
#include "common/analysis/run_context.h"
#include "common/analysis/settled_request.h"
#include "common/analysis/token_books.h"
#include "common/journal/event.h"

namespace specctl {

struct EndedRequest {
  OpenRequest open;        // its begin, gaps and chunks
  RequestFinished finish;  // as the agent reported it; of a lost request, what there is to say
  uint64_t cycle = 0;      // how often the dataset had been sent before it
  TokenCount tokens;
  // [source]: nullopt where the request has none of it.
  std::array<std::optional<RequestSteps>, kStepSources> steps;
  bool statistics_logged = false;  // they are from the server's own files
  SettledRequest settled;          // its stage and its steps are set when it is settled
  // As it was where the hold ended, if it was in flight then; set when it is settled.
  std::optional<SettledRequest> held;
};

// `finish`: nullptr for a request that never finished: it is lost.
EndedRequest EndRequest(const RunContext& run, uint32_t agent, OpenRequest open,
                        const RequestFinished* finish);

// What a request tells of its steps, from the best source that it has.
struct ToldSteps {
  StepSource source = StepSource::kStats;
  std::optional<uint64_t> steps, drafts, drafted_tokens, accepted_tokens;
};
// nullopt where it has none.
std::optional<ToldSteps> BestSteps(const EndedRequest& request);

}  // namespace specctl
