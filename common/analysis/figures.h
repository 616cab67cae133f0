// Latencies of a set of requests.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/analysis/results.h"
#include "common/analysis/settled_request.h"
#include "common/stats/censored_sample.h"
#include "common/stats/interval_sketch.h"
#include "common/stats/lag_histogram.h"

namespace specctl {

// Requests in the order of their positions and turns.
using RequestSet = std::vector<const SettledRequest*>;

// Tokens per second of one request's stream; nullopt where it has no two chunks, no time between
// them, or no known tokens after the first chunk, or where its tokens can't be given to chunks.
std::optional<double> UserTps(const SettledRequest& request);
// The same in ms per token; nullopt of one chunk, too.
std::optional<double> ItlMs(const SettledRequest& request);
// From the start, and from when it was due, to the first token; nullopt without one of them.
std::optional<double> TtftMs(const SettledRequest& request);
std::optional<double> TtftUserMs(const SettledRequest& request);
// From the start to the end.
std::optional<double> RequestLatencyMs(const SettledRequest& request);
// The same, of a request that was still waiting where the hold ended, censored there.
std::optional<CensoredValue> TtftOf(const SettledRequest& request);

// Whether the quantiles' bounds by the arrivals' error are computed, which are most of the work.
enum class ErrorBounds { kComputed, kLeftOut };

// A stretch of the run in which the load was steady, and what intervals are drawn with.
struct SteadyTime {
  int64_t begin_ns = 0, length_ns = 0;  // since T0
  uint64_t seed = 0;
};

struct LatencyInput {
  // The ok ones count, each as it was where the hold ended if it was in flight then (`cut`,
  // held_request.h): a wait that had not ended is censored there, a rate is of the chunks that had
  // come.
  const RequestSet* requests = nullptr;
  const IntervalSketch* step_latency = nullptr;  // theirs; nullptr: no figure of it
  // The engine tells reasoning from the answer, so the answer's first token has a figure of its
  // own.
  bool reasoning_marked = false;
  ErrorBounds bounds = ErrorBounds::kComputed;
  std::optional<SteadyTime> steady = {};  // absent: no intervals
};
LatencyFigures LatenciesOf(const LatencyInput& input);

// The sketch's distribution in ms, with its errors: those of the arrivals, of their resolution and
// of the sketch.  nullopt where it is empty.
std::optional<Distribution> DescribeMs(const IntervalSketch& sketch);
// The histogram's, whose values are upper ends of buckets; nullopt where it is empty.
std::optional<Distribution> DescribeMs(const LagHistogram& histogram);

// Takes away what tells of tokens by chunk: ITL and User TPS.
void WithholdPerToken(LatencyFigures& figures);

}  // namespace specctl
