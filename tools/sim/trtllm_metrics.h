// What TensorRT-LLM tells of its engine: the statistics of each iteration, and the sums over them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/sim/batch_model.h"
#include "tools/sim/flavour_options.h"

namespace specctl::sim {

// Of those that nobody has read yet.
inline constexpr size_t kTrtllmIterationsKept = 1000;

// Sums over the iterations that the server's own collector got.  Iterations that a reader of
// /metrics took before are missing for ever.  With attention data parallelism each rank has a row
// of its own, whose speculative part is the whole engine's: the collector counts it once a rank.
class TrtllmCollector {
 public:
  explicit TrtllmCollector(uint32_t ranks) : ranks_(ranks) {}

  void Collect(const std::vector<Iteration>& iterations);

  uint64_t completed() const { return completed_; }
  uint64_t draft_tokens() const { return draft_tokens_; }
  uint64_t accepted_tokens() const { return accepted_tokens_; }
  const Iteration& latest() const { return latest_; }

 private:
  const uint32_t ranks_;
  uint64_t completed_ = 0;
  uint64_t draft_tokens_ = 0;
  uint64_t accepted_tokens_ = 0;
  Iteration latest_;
};

// The body of /metrics: a row for each iteration and rank.  Pure.
std::string TrtllmIterations(const std::vector<Iteration>& iterations, uint32_t ranks,
                             const BatchOptions& batch);

// The text of /prometheus/metrics: families of TensorRT-LLM's collector that the simulated engine
// has a value for.  Pure.
std::string TrtllmMetrics(const TrtllmCollector& collector, const FlavourOptions& options,
                          const ServedEngine& engine);

}  // namespace specctl::sim
