// The pause between two runs of a sweep: until the servers have nothing left to do.
#pragma once

#include <vector>

#include "common/base/clock.h"
#include "controller/measure/network.h"
#include "controller/run/stop_token.h"
#include "controller/scrape/metrics_scraper.h"

namespace specctl::controller {

struct CoolDown {
  std::vector<MetricsTarget> targets;  // of all runs so far
  FetchOptions fetch;
  Nanos least{0}, most{0};
  Nanos period = std::chrono::milliseconds(200);  // between two questions
};

// Waits `least`, then until the metrics of all targets say that no request runs or waits, at most
// `most`, or until `stop` is asked.  Returns the requests that still run or wait; 0 where nobody
// tells: a server whose metrics can't be read holds nothing up.  Blocks.
double WaitUntilIdle(const CoolDown& cool_down, Network& network, const StopToken& stop);

// Running and waiting requests in a text of metrics of that engine.
double BusyIn(std::string_view engine, std::string_view metrics);

}  // namespace specctl::controller
