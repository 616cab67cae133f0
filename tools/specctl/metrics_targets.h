// Where the servers' metrics are scraped, and what each is told.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "controller/scrape/metrics_scraper.h"
#include "tools/specctl/run_settings.h"

namespace specctl::cli {

// Values of --metrics-header.  INVALID_ARGUMENT, without the value, where one is no header.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseMetricsHeaders(
    const std::vector<std::string>& texts);

// One for each of spec.metrics_urls.  A URL with the scheme, host and port of a target gets what
// that target's requests get: login or API key, and --header values.  No other host does: one that
// --server-metrics alone names gets its URL's login and the --metrics-header values, and these
// only.
absl::StatusOr<std::vector<controller::MetricsTarget>> MetricsTargets(
    const RunSettings& settings, const std::vector<TargetProbed>& targets);

}  // namespace specctl::cli
