// Outages: stretches of a run in which no token came though requests waited for some.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "common/analysis/results.h"
#include "common/analysis/settled_request.h"
#include "common/analysis/window_health.h"

namespace specctl {

struct OutageInput {
  std::span<const WindowFigures> windows;    // of the whole run
  std::span<const SettledRequest> requests;  // all
  std::span<const double> backing_off;       // mean number of slots, by window
  const WindowVerdicts& verdicts;
  std::optional<double> step_p50_ms;  // of the whole run
};

// A stretch is two windows or more without any token, with a request in flight or a slot backing
// off throughout, before the drain, and none of them invalid: there the agents are at fault.  It is
// an outage where the run's own pace does not explain it:
// - it is longer than 1.5 times the time to first token of nine in ten of the other requests; and
// - a stream was in the midst of its answer, and it is longer than 20 median steps; or requests
//   failed as it began or in it; or it is longer than 3 times the longest time to first token of
//   the other requests, of which there are five or more.
// Pure.
std::vector<Outages::Span> FindOutages(const OutageInput& input);

// What the headline's TPS is of [s since T0].
struct HeadlineTime {
  double begin_s = 0, end_s = 0;
  double left_out_s = 0;  // of it, invalid windows
};
// TPS over what of the headline's time lies in no outage, in which no token came; nullopt where
// that is nothing.
std::optional<double> TpsOutside(std::span<const Outages::Span> outages, const HeadlineTime& time,
                                 double output_tps);

}  // namespace specctl
