// Throughput of a set of requests and windows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "common/analysis/figures.h"
#include "common/analysis/results.h"
#include "common/analysis/window_table.h"

namespace specctl {

// Tokens and requests of whole windows in a row, with intervals that allow for the dependence of
// neighbours.  `input_known`: every ok request's input tokens are.
struct ThroughputInput {
  std::span<const Window> windows;
  const RequestSet* requests = nullptr;  // for the mean User TPS
  bool input_known = false;
  std::optional<uint32_t> gpus;
};
ThroughputFigures ThroughputOfWindows(const ThroughputInput& input);

// Takes away what tells of tokens by chunk.
void WithholdPerToken(ThroughputFigures& figures);

// Totals over the run's length: no interval, since ramp and drain are no steady state.
ThroughputFigures ThroughputOfRun(const ThroughputInput& input, const TokenTotals& tokens,
                                  double length_s);

// Whole run, all outcomes.
TokenTotals TotalsOf(std::span<const SettledRequest> requests);

}  // namespace specctl
