// Latencies and throughput of a set of requests and windows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/analysis/results.h"
#include "common/analysis/settled_request.h"
#include "common/analysis/window_table.h"
#include "common/stats/interval_sketch.h"
#include "common/stats/lag_histogram.h"

namespace specctl {

// Requests in the order of their positions and turns.
using RequestSet = std::vector<const SettledRequest*>;

// Tokens per second of one request's stream; nullopt where it has no two chunks, no time between
// them, or no known tokens after the first chunk, or where its tokens can't be given to chunks.
std::optional<double> UserTps(const SettledRequest& request);
// Seconds per token of it.
std::optional<double> InterTokenSeconds(const SettledRequest& request);
// ms; nullopt without a first token or a start.
std::optional<double> TtftMs(const SettledRequest& request);

// Whether the quantiles' bounds by the arrivals' error are computed, which are most of the work.
enum class ErrorBounds { kComputed, kLeftOut };

// Of the set's ok requests.  `step_latency`: theirs.  `reasoning_marked`: the engine tells
// reasoning from the answer, so the answer's first token has a figure of its own.
LatencyFigures LatenciesOf(const RequestSet& requests, const IntervalSketch& step_latency,
                           bool reasoning_marked, ErrorBounds bounds = ErrorBounds::kComputed);

// The sketch's distribution in ms, with its errors: those of the arrivals, of their resolution and
// of the sketch.  nullopt where it is empty.
std::optional<Distribution> DescribeMs(const IntervalSketch& sketch);
// The histogram's, whose values are upper ends of buckets; nullopt where it is empty.
std::optional<Distribution> DescribeMs(const LagHistogram& histogram);

// Tokens and requests of whole windows in a row, with intervals that allow for the dependence of
// neighbours.  `input_known`: every ok request's input tokens are.
struct ThroughputInput {
  std::span<const Window> windows;
  const RequestSet* requests = nullptr;  // for the mean User TPS
  bool input_known = false;
  std::optional<uint32_t> gpus;
  GoodputTerms goodput = {};
};
ThroughputFigures ThroughputOfWindows(const ThroughputInput& input);

// Takes away what tells of tokens by chunk: TPS, and of latencies ITL and User TPS.
void WithholdPerToken(ThroughputFigures& figures);
void WithholdPerToken(LatencyFigures& figures);

// Totals over the run's length: no interval, since ramp and drain are no steady state.
ThroughputFigures ThroughputOfRun(const ThroughputInput& input, const TokenTotals& tokens,
                                  double length_s);

// Whole run, all outcomes.
TokenTotals TotalsOf(std::span<const SettledRequest> requests);

}  // namespace specctl
