#include "tools/sim/flavour_options.h"

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
    default:
      return;
  }
}

std::unique_ptr<Flavour> MakeFlavour(const FlavourOptions& options, const ServedEngine& engine) {
  switch (options.engine) {
    case EngineKind::kSglang:
      return std::make_unique<SglangFlavour>(options, engine);
    case EngineKind::kTrtllm:
      return std::make_unique<TrtllmFlavour>(options, engine);
    default:
      return std::make_unique<VllmFlavour>(options, engine);
  }
}

}  // namespace specctl::sim
