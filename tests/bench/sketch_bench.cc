// Costs of the latency sketch: a value added, a second's sketch merged, a quantile read.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "common/base/hash.h"
#include "common/stats/log_linear_sketch.h"

namespace specctl {
namespace {

// Step latencies of 5 to 80 ms: four octaves.
std::vector<Nanos> Latencies() {
  std::vector<Nanos> values(1 << 14);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = Nanos(5'000'000 + static_cast<int64_t>(SplitMix64(i) % 75'000'000));
  }
  return values;
}

void BM_SketchAdd(benchmark::State& state) {
  const std::vector<Nanos> values = Latencies();
  LogLinearSketch sketch;
  size_t next = 0;
  for (auto _ : state) sketch.AddValue(values[next++ % values.size()]);
  benchmark::DoNotOptimize(sketch.count());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_SketchAdd);

void BM_SketchMerge(benchmark::State& state) {
  LogLinearSketch second, run;
  for (const Nanos value : Latencies()) second.AddValue(value);
  for (auto _ : state) run.Merge(second);
  benchmark::DoNotOptimize(run.count());
}
BENCHMARK(BM_SketchMerge);

void BM_SketchQuantile(benchmark::State& state) {
  LogLinearSketch sketch;
  for (const Nanos value : Latencies()) sketch.AddValue(value);
  for (auto _ : state) benchmark::DoNotOptimize(sketch.Quantile(0.99));
}
BENCHMARK(BM_SketchQuantile);

}  // namespace
}  // namespace specctl

BENCHMARK_MAIN();
