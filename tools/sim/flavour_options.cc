#include "tools/sim/flavour_options.h"

#include "tools/sim/flavour_sglang.h"
#include "tools/sim/flavour_vllm.h"
#include "tools/sim/sglang_metrics.h"

namespace specctl::sim {

void AdaptBatch(EngineKind engine, BatchOptions& batch) {
  if (engine != EngineKind::kSglang) return;
  batch.token_gaps = TokenGaps::kTokens;
  batch.bounds = SglangBounds();
}

std::unique_ptr<Flavour> MakeFlavour(const FlavourOptions& options, const ServedEngine& engine) {
  switch (options.engine) {
    case EngineKind::kSglang:
      return std::make_unique<SglangFlavour>(options, engine);
    default:
      return std::make_unique<VllmFlavour>(options, engine);
  }
}

}  // namespace specctl::sim
