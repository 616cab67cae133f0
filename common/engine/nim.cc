// NVIDIA NIM for LLMs.  From 2.0 on it is vLLM behind a proxy, with vLLM's metrics at another
// place; 1.x has families of its own, without a prefix.  From its documentation; none was seen
// running.
#include "common/engine/engine_profile.h"
#include "common/engine/identity_json.h"

namespace specctl {
namespace {

// Of 1.x.
constexpr MetricFamily kNimMetrics[] = {
    {.figure = ServerFigure::kGeneratedTokens, .name = "generation_tokens_total"},
    {.figure = ServerFigure::kPromptTokens, .name = "prompt_tokens_total"},
    {.figure = ServerFigure::kRunning, .name = "num_requests_running", .counter = false},
    {.figure = ServerFigure::kWaiting, .name = "num_requests_waiting", .counter = false},
    {.figure = ServerFigure::kKvCacheShare,
     .name = "gpu_cache_usage_perc",
     .counter = false,
     .mean_of_series = true},
    {.figure = ServerFigure::kRequestsFinished, .name = "request_success_total"},
    {.figure = ServerFigure::kFirstTokens, .name = "time_to_first_token_seconds_count"},
    {.figure = ServerFigure::kTtft, .name = "time_to_first_token_seconds_bucket", .buckets = true},
};

// {"release": "1.14.0", "api": ...}
void ReadNimVersion(std::string_view body, ServerIdentity& identity) {
  identity.version = IdentityJson(body).Text("/release");
}

constexpr IdentityQuestion kNimIdentity[] = {{.path = "/v1/version", .read = ReadNimVersion}};
constexpr std::string_view kNimMetricsPaths[] = {"/v1/metrics"};
constexpr std::string_view kNimInsteadOfUsage[] = {"return_token_ids"};

constexpr EngineProfile kNim = {
    .name = "nim",
    .display_name = "NIM",
    .built_on = VllmProfile,
    .marks = {.metrics_path = "/v1/metrics"},
    .identity = kNimIdentity,
    .metrics_paths = kNimMetricsPaths,
    .metrics = kNimMetrics,
    .rank_label = "engine",
    .requests = {.continuous_usage = true,
                 .instead_of_usage = kNimInsteadOfUsage,
                 .ids_key = "return_token_ids",
                 .ids_json = "true"},
    .hints = {.per_request_statistics =
                  "pass --per-request-spec-decode-metrics detailed on to vLLM (NIM 2.x)"},
};

}  // namespace

const EngineProfile& NimProfile() { return kNim; }

}  // namespace specctl
