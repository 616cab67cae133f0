#include "common/planning/per_gpu.h"

namespace specctl {

std::optional<Measured> OutputPerGpu(const Sweep& sweep, const PooledPoint& point) {
  const Measured* const told = point.Find("output_tps_per_gpu", "value");
  if (told != nullptr) return *told;
  const Measured* const tps = point.Find("output_tps", "value");
  const SweepTarget* const target = sweep.FindTarget(point.key.target);
  if (tps == nullptr || target == nullptr || !target->gpus) return std::nullopt;
  Measured per_gpu = *tps;
  const double gpus = *target->gpus;
  per_gpu.value /= gpus;
  if (per_gpu.spread) {
    per_gpu.spread->below /= gpus;
    per_gpu.spread->above /= gpus;
    per_gpu.spread->bound /= gpus;
  }
  return per_gpu;
}

}  // namespace specctl
