// The text that llama.cpp's /metrics gives.
#pragma once

#include <string>

#include "tools/sim/engine_counters.h"

namespace specctl::sim {

// As llama-server b11434: no labels but of positions, counts as integers, and what is counted when
// a request ends.  Families by position only after the first request that drafted.  Pure.
std::string LlamacppMetrics(const EngineCounters& counters, const EngineGauges& gauges);

}  // namespace specctl::sim
