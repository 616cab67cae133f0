// Where the servers' metrics are scraped, and what each is told.
#pragma once

#include <vector>

#include <absl/status/statusor.h>

#include "controller/measure/measure_request.h"
#include "controller/scrape/metrics_scraper.h"

namespace specctl::controller {

// One for each of spec.metrics_urls, which the targets have settled (settle_targets.h).  A URL with
// the scheme, host and port of a target gets what that target's requests get: login or API key, and
// --header values.  No other host does: one that --server-metrics alone names gets its URL's login
// and the --metrics-header values, and these only.
absl::StatusOr<std::vector<MetricsTarget>> MetricsTargets(const MeasureRequest& request,
                                                          const std::vector<TargetProbed>& targets);

}  // namespace specctl::controller
