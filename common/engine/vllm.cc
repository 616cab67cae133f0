// vLLM V1: vllm/v1/metrics/loggers.py and vllm/v1/spec_decode/metrics.py; seen on 0.32.0.
#include "common/engine/engine_profile.h"

namespace specctl {
namespace {

// The number of inter-token observations is the number of engine outputs of a request less one, so
// over a run the steps after the first.  With several engines behind one server each has its own
// series, labelled `engine`.
constexpr MetricFamily kVllmMetrics[] = {
    {.figure = ServerFigure::kGeneratedTokens, .name = "vllm:generation_tokens_total"},
    {.figure = ServerFigure::kPromptTokens, .name = "vllm:prompt_tokens_total"},
    {.figure = ServerFigure::kDrafts, .name = "vllm:spec_decode_num_drafts_total"},
    {.figure = ServerFigure::kDraftedTokens, .name = "vllm:spec_decode_num_draft_tokens_total"},
    {.figure = ServerFigure::kAcceptedTokens, .name = "vllm:spec_decode_num_accepted_tokens_total"},
    {.figure = ServerFigure::kAcceptedByPosition,
     .name = "vllm:spec_decode_num_accepted_tokens_per_pos_total",
     .position_label = "position"},
    {.figure = ServerFigure::kEngineSteps, .name = "vllm:inter_token_latency_seconds_count"},
    {.figure = ServerFigure::kEngineSteps,
     .name = "vllm:time_per_output_token_seconds_count",
     .other_name = true},
    {.figure = ServerFigure::kPrefixQueries, .name = "vllm:prefix_cache_queries_total"},
    {.figure = ServerFigure::kPrefixQueries,
     .name = "vllm:gpu_prefix_cache_queries_total",
     .other_name = true},
    {.figure = ServerFigure::kPrefixHits, .name = "vllm:prefix_cache_hits_total"},
    {.figure = ServerFigure::kPrefixHits,
     .name = "vllm:gpu_prefix_cache_hits_total",
     .other_name = true},
    {.figure = ServerFigure::kRunning, .name = "vllm:num_requests_running", .counter = false},
    {.figure = ServerFigure::kWaiting, .name = "vllm:num_requests_waiting", .counter = false},
    {.figure = ServerFigure::kKvCacheShare,
     .name = "vllm:kv_cache_usage_perc",
     .counter = false,
     .mean_of_series = true},
    {.figure = ServerFigure::kKvCacheShare,
     .name = "vllm:gpu_cache_usage_perc",
     .counter = false,
     .mean_of_series = true,
     .other_name = true},
    {.figure = ServerFigure::kPreemptions, .name = "vllm:num_preemptions_total"},
    {.figure = ServerFigure::kRequestsFinished, .name = "vllm:request_success_total"},
    {.figure = ServerFigure::kFirstTokens, .name = "vllm:time_to_first_token_seconds_count"},
};

constexpr EngineProfile kVllm = {
    .name = "vllm",
    .display_name = "vLLM",
    .continuous_usage = true,
    .ignore_eos = true,
    .return_token_ids = true,
    .metrics = kVllmMetrics,
    .chunk_per_step = true,
};

}  // namespace

const EngineProfile& VllmProfile() { return kVllm; }

}  // namespace specctl
