// TensorRT-LLM's trtllm-serve: tensorrt_llm/serve/openai_protocol.py and openai_server.py,
// tensorrt_llm/metrics/collector.py.  From its sources; none was seen running.  It refuses requests
// with a field that it does not know, so it is asked for none but OpenAI's and stream_options.
#include "common/engine/engine_profile.h"
#include "common/engine/identity_json.h"

namespace specctl {
namespace {

// The families by position count finished requests, each once.  `num_draft_tokens` and
// `num_accepted_tokens` sum up the statistics of iterations, which with attention data parallelism
// every rank repeats: they stand in only where there are no positions.
constexpr MetricFamily kTrtllmMetrics[] = {
    {.figure = ServerFigure::kGeneratedTokens, .name = "trtllm_generation_tokens_total"},
    {.figure = ServerFigure::kPromptTokens, .name = "trtllm_prompt_tokens_total"},
    {.figure = ServerFigure::kDrafts,
     .name = "trtllm_spec_decode_drafted_tokens_total",
     .where = {"token_position", "0"}},
    {.figure = ServerFigure::kLaterDraftedTokens,
     .name = "trtllm_spec_decode_drafted_tokens_total",
     .position_label = "token_position"},
    {.figure = ServerFigure::kDraftedTokens, .name = "trtllm_spec_decode_num_draft_tokens_total"},
    {.figure = ServerFigure::kAcceptedTokens,
     .name = "trtllm_spec_decode_num_accepted_tokens_total"},
    {.figure = ServerFigure::kAcceptedByPosition,
     .name = "trtllm_spec_decode_accepted_tokens_total",
     .position_label = "token_position"},
    {.figure = ServerFigure::kPrefixHits, .name = "trtllm_prompt_cached_tokens_total"},
    {.figure = ServerFigure::kRunning, .name = "trtllm_num_requests_running", .counter = false},
    {.figure = ServerFigure::kWaiting, .name = "trtllm_num_requests_waiting", .counter = false},
    {.figure = ServerFigure::kKvCacheShare,
     .name = "trtllm_kv_cache_utilization",
     .counter = false,
     .mean_of_series = true},
    {.figure = ServerFigure::kIterationDrafts, .name = "specctl_trtllm_drafts_total"},
    {.figure = ServerFigure::kIterationDraftedTokens, .name = "specctl_trtllm_draft_tokens_total"},
    {.figure = ServerFigure::kIterationAcceptedTokens,
     .name = "specctl_trtllm_accepted_tokens_total"},
    {.figure = ServerFigure::kRunning,
     .name = "specctl_trtllm_active_requests",
     .counter = false,
     .other_name = true},
    {.figure = ServerFigure::kWaiting,
     .name = "specctl_trtllm_queued_requests",
     .counter = false,
     .other_name = true},
    {.figure = ServerFigure::kRequestsFinished, .name = "trtllm_request_success_total"},
    {.figure = ServerFigure::kFirstTokens, .name = "trtllm_time_to_first_token_seconds_count"},
    // `time_per_output_token_seconds` is a mean per request: neither of a token nor of a step.
    {.figure = ServerFigure::kTtft,
     .name = "trtllm_time_to_first_token_seconds_bucket",
     .buckets = true},
    {.figure = ServerFigure::kQueueTime,
     .name = "trtllm_request_queue_time_seconds_bucket",
     .buckets = true},
};

void DeriveTrtllm(FigureValues& figures) {
  figures[ServerFigure::kPrefixQueries] = figures[ServerFigure::kPromptTokens];
  const std::optional<double> drafts = figures[ServerFigure::kDrafts];
  const std::optional<double> iterations = figures[ServerFigure::kIterationDrafts];
  if (!drafts && iterations) {
    figures[ServerFigure::kDrafts] = iterations;
    figures[ServerFigure::kDraftedTokens] = figures[ServerFigure::kIterationDraftedTokens];
    figures[ServerFigure::kAcceptedTokens] = figures[ServerFigure::kIterationAcceptedTokens];
  }
  if (!drafts) return;
  // A draft of one token has no later ones, and a run without an accepted token no position.
  figures[ServerFigure::kDraftedTokens] =
      *drafts + figures[ServerFigure::kLaterDraftedTokens].value_or(0);
  figures[ServerFigure::kAcceptedTokens] = figures[ServerFigure::kAcceptedByPosition].value_or(0);
}

void ReadTrtllmVersion(std::string_view body, ServerIdentity& identity) {
  identity.version = IdentityJson(body).Text("/version");
}

constexpr IdentityQuestion kTrtllmIdentity[] = {{.path = "/version", .read = ReadTrtllmVersion}};

// Not /metrics: its JSON is taken from whoever else reads it.
constexpr std::string_view kTrtllmMetricsPaths[] = {"/prometheus/metrics"};

constexpr EngineProfile kTrtllm = {
    .name = "trtllm",
    .display_name = "TensorRT-LLM",
    .marks = {.owned_by = "tensorrt_llm", .metrics_prefix = "trtllm_"},
    .identity = kTrtllmIdentity,
    .metrics_paths = kTrtllmMetricsPaths,
    .metrics = kTrtllmMetrics,
    .derive = DeriveTrtllm,
    .iteration_stats_path = "/metrics",
    .requests = {.continuous_usage = true, .ids_key = "detokenize", .ids_json = "false"},
    .hints = {.metrics = "set return_perf_metrics: true in the server's --config file",
              .stream_interval = "set stream_interval: 1 in the server's --config file"},
};

}  // namespace

const EngineProfile& TrtllmProfile() { return kTrtllm; }

}  // namespace specctl
