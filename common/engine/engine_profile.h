// What differs between engines, as data: one profile an engine, one file each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace specctl {

// The servers' figures that the report knows, whatever the engine calls them.
enum class ServerFigure {
  kGeneratedTokens,
  kPromptTokens,
  kDrafts,
  kDraftedTokens,
  kAcceptedTokens,
  kAcceptedByPosition,  // one series a position, label named in MetricFamily::position_label
  kEngineSteps,  // inter-token observations: the servers' own number of steps after the first
  kPrefixQueries,
  kPrefixHits,
  kRunning,
  kWaiting,
  kKvCacheShare,
  kPreemptions,
  kRequestsFinished,
};

struct MetricFamily {
  ServerFigure figure;
  std::string_view name;  // sample name as exposed, e.g. "vllm:generation_tokens_total"
  bool counter = true;    // else a gauge
  std::string_view position_label = {};
  // Gauges: how series of one target combine.
  bool mean_of_series = false;  // else the sum
};

struct EngineProfile {
  std::string_view name;          // "vllm", "openai"
  std::string_view display_name;  // "vLLM", "OpenAI-compatible"
  // Request fields that this engine takes and a strict server would refuse.
  bool continuous_usage = false;  // stream_options.continuous_usage_stats
  bool ignore_eos = false;
  bool return_token_ids = false;
  std::span<const MetricFamily> metrics;
  bool chunk_per_step = true;  // false: an engine that sends a chunk a token (llama.cpp)
};

const EngineProfile& VllmProfile();
const EngineProfile& OpenAiProfile();
// The profile of that name, or OpenAiProfile().
const EngineProfile& ProfileNamed(std::string_view name);
// By what a server says of itself: the text of /version, /v1/models and of /metrics (each may be
// empty) and the `server` header.
const EngineProfile& DetectEngine(std::string_view version_body, std::string_view models_body,
                                  std::string_view metrics_text, std::string_view server_header);

}  // namespace specctl
