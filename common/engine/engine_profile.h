// What differs between engines, as data: one profile an engine, one file each.
#pragma once

#include <cstdint>
#include <limits>
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
  kFirstTokens,   // requests whose first token was generated
  kProcessStart,  // when the server's process began: tells servers apart, is printed nowhere
};
inline constexpr size_t kServerFigures = static_cast<size_t>(ServerFigure::kProcessStart) + 1;

struct MetricFamily {
  ServerFigure figure;
  std::string_view name;  // sample name as exposed, e.g. "vllm:generation_tokens_total"
  bool counter = true;    // else a gauge
  std::string_view position_label = {};
  // Gauges: how series of one target combine.
  bool mean_of_series = false;  // else the sum
  // Counters: values from here on are rounded by the server, so their growth is not known.
  double exact_below = std::numeric_limits<double>::infinity();
  // A name that other versions use.  Some versions expose both: where a figure's first name is
  // there, samples of the others say the same again and must not be added to it.
  bool other_name = false;
};

struct EngineProfile {
  std::string_view name;          // "vllm", "llamacpp", "openai"
  std::string_view display_name;  // "vLLM", "llama.cpp", "OpenAI-compatible"
  // Request fields that this engine takes, or that are worth a try in the probe; a strict server
  // may refuse them.
  bool continuous_usage = false;  // stream_options.continuous_usage_stats
  bool ignore_eos = false;
  bool return_token_ids = false;   // asked for where continuous usage is not to be had
  bool timings_per_token = false;  // `timings` on every event
  // Closes the connection after a stream, whatever the response's head says.
  bool closes_after_stream = false;
  // Refuses a request whose prompt and max_tokens together exceed the context.  llama.cpp ends the
  // reply where its context is full.
  bool context_holds_max_tokens = true;
  std::span<const MetricFamily> metrics;
  bool chunk_per_step = true;  // false: an engine that sends a chunk a token (llama.cpp)
};

const EngineProfile& VllmProfile();
const EngineProfile& LlamaCppProfile();
const EngineProfile& OpenAiProfile();
// The profile of that name, or OpenAiProfile().
const EngineProfile& ProfileNamed(std::string_view name);
// By what a server says of itself: the text of /version, /v1/models and of /metrics (each may be
// empty) and the `server` header.
const EngineProfile& DetectEngine(std::string_view version_body, std::string_view models_body,
                                  std::string_view metrics_text, std::string_view server_header);

// The family that samples of that name belong to, or null; the process's start is of any engine.
// Names match whole, but for the `_total` of a counter, which a server may leave out;
// so `..._created` and `..._bucket` never do.
const MetricFamily* FindFamily(const EngineProfile& profile, std::string_view sample_name);

}  // namespace specctl
