#include "tools/sim/flavour_options.h"

#include "tools/sim/flavour_llamacpp.h"
#include "tools/sim/flavour_sglang.h"
#include "tools/sim/flavour_trtllm.h"
#include "tools/sim/flavour_vllm.h"
#include "tools/sim/sglang_metrics.h"

namespace specctl::sim {

void AdaptBatch(EngineKind engine, BatchOptions& batch) {
  switch (engine) {
    case EngineKind::kSglang:
      batch.token_gaps = TokenGaps::kTokens;
      batch.bounds = SglangBounds();
      return;
    case EngineKind::kTrtllm:
      batch.token_gaps = TokenGaps::kRequests;
      batch.iterations_kept = kTrtllmIterationsKept;
      return;
    case EngineKind::kLlamacpp:
      batch.drafts_fit_room = true;
      return;
    case EngineKind::kVllm:
      batch.counts_beyond_stop = true;  // its API server finds them
      return;
  }
}

std::unique_ptr<Flavour> MakeFlavour(const FlavourOptions& options, const ServedEngine& engine) {
  switch (options.engine) {
    case EngineKind::kSglang:
      return std::make_unique<SglangFlavour>(options, engine);
    case EngineKind::kTrtllm:
      return std::make_unique<TrtllmFlavour>(options, engine);
    case EngineKind::kLlamacpp:
      return std::make_unique<LlamacppFlavour>(options, engine);
    case EngineKind::kVllm:
      break;
  }
  return std::make_unique<VllmFlavour>(options, engine);
}

}  // namespace specctl::sim
