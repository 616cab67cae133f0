// FlavourOptions: what `specctl sim` was asked to be beside an engine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "tools/sim/batch_model.h"
#include "tools/sim/engine_kind.h"
#include "tools/sim/flavour.h"
#include "tools/sim/spec_metrics.h"

namespace specctl::sim {

// Names of SGLang's per-request statistics, which changed twice.
enum class SglangNames { kUntil0510, k0511, kSince0512 };

struct FlavourOptions {
  EngineKind engine = EngineKind::kVllm;
  std::string model = "sim";
  std::string draft_model;  // of the drafter; empty: an n-gram drafter
  uint32_t context_tokens_max = 131'072;
  std::string api_key;  // empty: none is asked for
  uint64_t seed = 0;
  bool metrics = true;
  bool refuse_continuous_usage = false;
  SpecMetricsDetail spec_metrics = SpecMetricsDetail::kNone;  // vLLM
  bool prompt_tokens_details = false;                         // vLLM: usage tells of cached tokens
  bool dev_mode = false;  // vLLM: /server_info and /reset_prefix_cache
  SglangNames sglang_names = SglangNames::kSince0512;
  std::string sglang_request_log;   // folder of the metrics of each request; empty: none
  bool cache_report = false;        // SGLang: usage tells of cached tokens
  bool sglang_incremental = false;  // /generate sends what is new, not all so far
  uint32_t stream_interval = 1;     // as the server tells of it
  uint32_t attention_dp =
      1;  // TensorRT-LLM: ranks, each with its copy of an iteration's statistics
};

// Has `batch` draft and observe as `engine` does.
void AdaptBatch(EngineKind engine, BatchOptions& batch);

// What a server tells of the engine behind it.
struct ServedEngine {
  const BatchOptions& batch;
  BatchModel& model;
  UnixTime started;
};

// The flavour that `options` names.  What `engine` refers to must outlive it.
std::unique_ptr<Flavour> MakeFlavour(const FlavourOptions& options, const ServedEngine& engine);

}  // namespace specctl::sim
