// ResolvedRun: a run of which everything is settled; what is left is to measure it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/journal/event.h"
#include "common/workload/run_spec.h"
#include "common/workload/workload.h"
#include "controller/scrape/metrics_scraper.h"

namespace specctl::controller {

// Nothing more is asked of anyone: two runs of it, the second by an id of its own, differ by what
// the servers do.
struct ResolvedRun {
  RunSpec spec;  // complete
  Secrets secrets;
  std::shared_ptr<const Workload> workload;    // of at least one row
  std::vector<TargetProbed> targets;           // what was found; in the order of spec.targets
  std::vector<MetricsTarget> metrics_targets;  // to be scraped; empty: no server metrics
  std::vector<std::string> notes;  // what the user should be told before the run; a sentence each
  Nanos interrupt_grace = std::chrono::seconds(10);  // for what is in flight after Ctrl-C
  Nanos join_timeout = std::chrono::seconds(30);     // for agents that have not joined the fleet
};

}  // namespace specctl::controller
