// llama.cpp's llama-server: tools/server/server-task.cpp and server-common.cpp; seen on b11434. One
// chunk a token, also where a draft was accepted: what the steps were is in `timings`.
#include "common/engine/engine_profile.h"

namespace specctl {
namespace {

// Written with six significant digits.
constexpr double kExactBelow = 1e6;

// All but the gauges grow when a request ends.  `prompt_tokens_total` leaves cached tokens out, and
// `n_decode_total` counts a step of all slots as one: neither is the figure that it would be taken
// for.
constexpr MetricFamily kLlamaCppMetrics[] = {
    {.figure = ServerFigure::kGeneratedTokens,
     .name = "llamacpp:tokens_predicted_total",
     .exact_below = kExactBelow},
    {.figure = ServerFigure::kDrafts,
     .name = "llamacpp:spec_decode_num_drafts_total",
     .exact_below = kExactBelow},
    {.figure = ServerFigure::kDraftedTokens,
     .name = "llamacpp:spec_decode_num_draft_tokens_total",
     .exact_below = kExactBelow},
    {.figure = ServerFigure::kAcceptedTokens,
     .name = "llamacpp:spec_decode_num_accepted_tokens_total",
     .exact_below = kExactBelow},
    {.figure = ServerFigure::kAcceptedByPosition,
     .name = "llamacpp:spec_decode_num_accepted_tokens_per_pos_total",
     .position_label = "position"},
    {.figure = ServerFigure::kRunning, .name = "llamacpp:requests_processing", .counter = false},
    {.figure = ServerFigure::kWaiting, .name = "llamacpp:requests_deferred", .counter = false},
};

constexpr EngineProfile kLlamaCpp = {
    .name = "llamacpp",
    .display_name = "llama.cpp",
    .continuous_usage = false,  // ignored without a word
    .ignore_eos = true,
    .return_token_ids = false,
    .timings_per_token = true,
    .closes_after_stream = true,
    .context_holds_max_tokens = false,
    .metrics = kLlamaCppMetrics,
    .chunk_per_step = false,
};

}  // namespace

const EngineProfile& LlamaCppProfile() { return kLlamaCpp; }

}  // namespace specctl
