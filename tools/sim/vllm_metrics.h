// The text that vLLM's /metrics gives.
#pragma once

#include <string>

#include "common/base/clock.h"
#include "tools/sim/engine_counters.h"

namespace specctl::sim {

struct MetricsLabels {
  std::string model_name;
  std::string engine = "0";
  UnixTime started;  // of the process, and of its series
};

// Exposition text of vLLM 0.32's families that the simulated engine has a value for, under the
// names, labels, types and help texts of vLLM; the spec_decode families only where there is a draft
// length. Pure.
std::string VllmMetrics(const EngineCounters& counters, const EngineGauges& gauges,
                        const MetricsLabels& labels);

}  // namespace specctl::sim
