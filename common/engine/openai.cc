// Any server that speaks OpenAI's protocol and that no other profile knows.
#include "common/engine/engine_profile.h"

namespace specctl {
namespace {

// Paths that no engine minds being asked for come first: TensorRT-LLM's /metrics takes away what
// its other readers would get.
constexpr std::string_view kAnyMetricsPaths[] = {"/prometheus/metrics", "/v1/metrics", "/metrics"};

constexpr EngineProfile kOpenAi = {
    .name = "openai",
    .display_name = "OpenAI-compatible",
    .metrics_paths = kAnyMetricsPaths,
    .requests = {.continuous_usage = true},  // many take it; the probe finds out
};

}  // namespace

const EngineProfile& OpenAiProfile() { return kOpenAi; }

}  // namespace specctl
