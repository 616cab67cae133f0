// Targets of a run whose metrics are not scraped.
#pragma once

#include <vector>

#include "common/analysis/run_context.h"
#include "common/figures/server_figures.h"

namespace specctl {

// Why, as the probe found it, of each target that has nothing to scrape.  Empty where the run
// scrapes no servers at all.
std::vector<ScrapeFailure> UnscrapedTargets(const RunContext& run);

}  // namespace specctl
