// The text that SGLang's /metrics gives.
#pragma once

#include <string>
#include <string_view>

#include "tools/sim/batch_model.h"
#include "tools/sim/engine_counters.h"

namespace specctl::sim {

HistogramBounds SglangBounds();

// Exposition text of SGLang 0.5.23's families that the simulated engine has a value for, under
// SGLang's names, labels, types and help texts.  As there, what is counted when a request ends is
// absent before the first has ended, and gauges of acceptance are those of the latest log interval.
// Pure.
std::string SglangMetrics(const BatchModel& model, const BatchOptions& batch,
                          std::string_view model_name);

}  // namespace specctl::sim
