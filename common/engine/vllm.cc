// vLLM V1: vllm/v1/metrics/loggers.py, vllm/v1/spec_decode/metrics.py, vllm/config/*.py and
// vllm/entrypoints/serve; seen on 0.32.0.
#include "common/engine/engine_profile.h"
#include "common/engine/identity_json.h"

namespace specctl {
namespace {

// The number of inter-token observations is the number of engine outputs of a request less one, so
// over a run the steps after the first, and what it measures is a step's latency.  With several
// engines behind one server each has its own series, labelled `engine`.
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
    {.figure = ServerFigure::kTtft,
     .name = "vllm:time_to_first_token_seconds_bucket",
     .buckets = true},
    {.figure = ServerFigure::kQueueTime,
     .name = "vllm:request_queue_time_seconds_bucket",
     .buckets = true},
    {.figure = ServerFigure::kStepLatency,
     .name = "vllm:inter_token_latency_seconds_bucket",
     .buckets = true},
    {.figure = ServerFigure::kStepLatency,
     .name = "vllm:time_per_output_token_seconds_bucket",
     .buckets = true,
     .other_name = true},
};

// GET /version; the Python and the Rust front end alike.
void ReadVllmVersion(std::string_view body, ServerIdentity& identity) {
  if (identity.version.empty()) identity.version = IdentityJson(body).Text("/version");
}

// `speculative_config` of vllm/config/speculative.py, `parallel_config` of vllm/config/parallel.py.
void ReadVllmConfig(std::string_view body, ServerIdentity& identity) {
  const IdentityJson info(body);
  if (!info.Has("/vllm_config/speculative_config")) return;
  if (info.IsNull("/vllm_config/speculative_config")) {
    identity.speculation_method = kNoSpeculation;
  } else {
    identity.speculation_method = info.Text("/vllm_config/speculative_config/method");
    identity.draft_length = info.Number("/vllm_config/speculative_config/num_speculative_tokens");
    identity.drafter = DrafterText(info.Text("/vllm_config/speculative_config/model"),
                                   info.Text("/vllm_config/speculative_config/revision"));
    // These draft from the text itself; `model` then repeats the method.
    if (identity.drafter == identity.speculation_method) identity.drafter.clear();
  }
  identity.quantization = info.Text("/vllm_config/model_config/quantization");
  const std::string parallel = "/vllm_config/parallel_config/";
  std::string& list = identity.parallelism;
  list.clear();
  AddParallelism("tp", info.Number(parallel + "tensor_parallel_size"), list);
  AddParallelism("pp", info.Number(parallel + "pipeline_parallel_size"), list);
  AddParallelism("dp", info.Number(parallel + "data_parallel_size"), list);
  if (info.IsTrue(parallel + "enable_expert_parallel")) list += list.empty() ? "ep" : " ep";
  identity.stream_interval = info.Number("/vllm_config/scheduler_config/stream_interval");
}

constexpr IdentityQuestion kVllmIdentity[] = {
    {.path = "/version", .read = ReadVllmVersion},
    {.path = "/server_info?config_format=json", .read = ReadVllmConfig},  // in development mode
};

constexpr std::string_view kVllmMetricsPaths[] = {"/metrics", "/v1/metrics"};  // NIM
constexpr std::string_view kVllmInsteadOfUsage[] = {"return_token_ids"};

constexpr EngineProfile kVllm = {
    .name = "vllm",
    .display_name = "vLLM",
    .marks = {.owned_by = "vllm", .version_text = "vllm", .metrics_prefix = "vllm:"},
    .identity = kVllmIdentity,
    .metrics_paths = kVllmMetricsPaths,
    .metrics = kVllmMetrics,
    .rank_label = "engine",
    .requests = {.continuous_usage = true,
                 .instead_of_usage = kVllmInsteadOfUsage,
                 .ids_key = "return_token_ids",
                 .ids_json = "true"},
    .always_counts_drafts = true,
    .flush = {.path = "/reset_prefix_cache",
              .failed_text = "\"success\":false",
              .needs = "VLLM_SERVER_DEV_MODE=1 in the server's environment"},
    .hints = {.metrics = "leave --disable-log-stats out of the server's command",
              .per_request_statistics =
                  "start the server with --per-request-spec-decode-metrics detailed",
              .identity = "start the server with VLLM_SERVER_DEV_MODE=1",
              .stream_interval = "start the server with --stream-interval 1"},
};

}  // namespace

const EngineProfile& VllmProfile() { return kVllm; }

}  // namespace specctl
