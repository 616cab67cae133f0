// FlavourOptions: what `specctl sim` was asked to be beside an engine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "tools/sim/batch_model.h"
#include "tools/sim/flavour.h"
#include "tools/sim/spec_metrics.h"

namespace specctl::sim {

enum class EngineKind { kVllm, kSglang, kTrtllm, kLlamacpp };

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
  SglangNames sglang_names = SglangNames::kSince0512;
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
