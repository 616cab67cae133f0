// SGLang: python/sglang/srt/observability/metrics_collector.py, srt/entrypoints/http_server.py and
// srt/server_args.py; seen on 0.5.23.
#include "common/engine/engine_profile.h"
#include "common/engine/identity_json.h"

namespace specctl {
namespace {

// No counter of drafts' tokens as such.  `realtime_tokens_total` of decoding moves with every step,
// by the accepted tokens and the free one; `spec_verify_calls_total` counts a request's steps when
// it ends.  So both are exact only over a run that begins and ends idle.  Gauges such as
// `spec_accept_length` are means of a log interval, whatever its volume, and are not used.
constexpr MetricFamily kSglangMetrics[] = {
    {.figure = ServerFigure::kGeneratedTokens, .name = "sglang:generation_tokens_total"},
    {.figure = ServerFigure::kPromptTokens, .name = "sglang:prompt_tokens_total"},
    {.figure = ServerFigure::kDrafts, .name = "sglang:spec_verify_calls_total"},
    {.figure = ServerFigure::kStepTokens,
     .name = "sglang:realtime_tokens_total",
     .where = {"mode", "decode"}},
    {.figure = ServerFigure::kDraftWidth,
     .name = "sglang:spec_num_draft_tokens",
     .counter = false,
     .max_of_series = true},  // 0 on a rank that has not logged yet
    {.figure = ServerFigure::kPrefixHits,
     .name = "sglang:realtime_tokens_total",
     .where = {"mode", "prefill_cache"}},
    {.figure = ServerFigure::kPrefilledTokens,
     .name = "sglang:realtime_tokens_total",
     .where = {"mode", "prefill_compute"}},
    {.figure = ServerFigure::kRunning, .name = "sglang:num_running_reqs", .counter = false},
    {.figure = ServerFigure::kWaiting, .name = "sglang:num_queue_reqs", .counter = false},
    {.figure = ServerFigure::kKvCacheShare,
     .name = "sglang:token_usage",
     .counter = false,
     .mean_of_series = true},
    {.figure = ServerFigure::kPreemptions, .name = "sglang:num_retracted_requests_total"},
    {.figure = ServerFigure::kRequestsFinished, .name = "sglang:num_requests_total"},
    {.figure = ServerFigure::kFirstTokens, .name = "sglang:time_to_first_token_seconds_count"},
    {.figure = ServerFigure::kTtft,
     .name = "sglang:time_to_first_token_seconds_bucket",
     .buckets = true},
    {.figure = ServerFigure::kQueueTime,
     .name = "sglang:queue_time_seconds_bucket",
     .buckets = true},
    // A chunk's tokens share its gap.
    {.figure = ServerFigure::kItl,
     .name = "sglang:inter_token_latency_seconds_bucket",
     .buckets = true},
};

// Drafts have a fixed width with every algorithm that fills it; steps of an adaptive one have less.
void DeriveSglang(FigureValues& figures) {
  const std::optional<double> hits = figures[ServerFigure::kPrefixHits];
  const std::optional<double> computed = figures[ServerFigure::kPrefilledTokens];
  if (hits && computed) figures[ServerFigure::kPrefixQueries] = *hits + *computed;
  const std::optional<double> steps = figures[ServerFigure::kDrafts];
  const std::optional<double> tokens = figures[ServerFigure::kStepTokens];
  const std::optional<double> width = figures[ServerFigure::kDraftWidth];
  if (!steps) return;
  figures[ServerFigure::kEngineSteps] = steps;
  if (tokens && *tokens >= *steps) figures[ServerFigure::kAcceptedTokens] = *tokens - *steps;
  if (width.value_or(0) > 1) figures[ServerFigure::kDraftedTokens] = *steps * (*width - 1);
}

// /server_info has the server's arguments, with null for what was not given.
void ReadSglangInfo(std::string_view body, ServerIdentity& identity) {
  const IdentityJson info(body);
  if (!info.Has("/version") && !info.Has("/speculative_algorithm")) return;
  identity.version = info.Text("/version");
  if (info.IsNull("/speculative_algorithm")) {
    identity.speculation_method = kNoSpeculation;
  } else {
    identity.speculation_method = info.Text("/speculative_algorithm");
    // The free token is one of them.
    const auto width = info.Number("/speculative_num_draft_tokens");
    if (!identity.speculation_method.empty() && width && *width > 1) {
      identity.draft_length = *width - 1;
    }
    identity.drafter = DrafterText(info.Text("/speculative_draft_model_path"),
                                   info.Text("/speculative_draft_model_revision"));
  }
  identity.quantization = info.Text("/quantization");
  identity.parallelism.clear();  // both of its names may be answered
  AddParallelism("tp", info.Number("/tp_size"), identity.parallelism);
  AddParallelism("pp", info.Number("/pp_size"), identity.parallelism);
  AddParallelism("dp", info.Number("/dp_size"), identity.parallelism);
  AddParallelism("ep", info.Number("/ep_size"), identity.parallelism);
  identity.stream_interval = info.Number("/stream_interval");
}

constexpr IdentityQuestion kSglangIdentity[] = {
    {.path = "/server_info", .read = ReadSglangInfo},
    {.path = "/get_server_info", .read = ReadSglangInfo},  // its name before 0.5.6
};

constexpr std::string_view kSglangMetricsPaths[] = {"/metrics"};
// Statistics of each request; servers from before 0.5.20 pass it over.
constexpr std::string_view kSglangFlags[] = {"return_spec_tokens_details"};
// Schedulers of the same data-parallel rank may each have their copy.
constexpr std::string_view kSglangCopyLabels[] = {"tp_rank", "pp_rank", "moe_ep_rank"};

constexpr EngineProfile kSglang = {
    .name = "sglang",
    .display_name = "SGLang",
    .marks = {.owned_by = "sglang",
              .server_info_text = "\"speculative_algorithm\"",
              .metrics_prefix = "sglang:"},
    .identity = kSglangIdentity,
    .metrics_paths = kSglangMetricsPaths,
    .metrics = kSglangMetrics,
    .derive = DeriveSglang,
    .copy_labels = kSglangCopyLabels,
    .other_worker = {"engine_type", "draft"},
    .rank_label = "dp_rank",
    .requests = {.continuous_usage = true,
                 .flags = kSglangFlags,
                 .ids_key = "return_token_ids",
                 .ids_json = "true"},
    .has_generate = true,
    .counts_a_step_too_many = true,  // with overlap scheduling, on GPUs
    .flush = {.path = "/flush_cache", .failed_text = "failed", .needs = "no request in flight"},
    .hints = {.metrics = "start the server with --enable-metrics",
              .per_request_statistics =
                  "SGLang sends them from 0.5.20 on, and writes them to files with "
                  "--export-metrics-to-file (run --sglang-metrics-dir)",
              .stream_interval = "start the server with --stream-interval 1"},
};

}  // namespace

const EngineProfile& SglangProfile() { return kSglang; }

}  // namespace specctl
