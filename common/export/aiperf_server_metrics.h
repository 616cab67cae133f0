// server_metrics_export.json: what AIPerf's report takes acceptance from.
//
// It reads the first series of three counters in vLLM's names, whatever the engine.  So they are
// written of every engine, the sum over the servers first, and in whole numbers.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/export/aiperf_run.h"
#include "common/figures/figure_types.h"
#include "common/figures/server_figures.h"

namespace specctl {

struct AiperfSeries {
  std::string endpoint_url;
  std::vector<std::pair<std::string, std::string>> labels;
  std::optional<double> total;     // of a counter: its growth
  std::optional<double> avg, max;  // of a gauge
};

struct AiperfServerMetric {
  std::string name, unit;  // unit: may be empty
  bool counter = true;
  std::vector<AiperfSeries> series;  // merged first
};

struct AiperfServerMetrics {
  std::vector<AiperfServerMetric> metrics;  // sorted by name
  std::string acceptance_source;            // as in summary.json; empty: there is none
  std::vector<std::string> notes;           // how the counters of acceptance were had
};

// By the servers' own counters, over the whole run.  Without drafts among them (an engine that does
// not count those) acceptance is that of the requests, `of_requests`, as below.
AiperfServerMetrics MetricsOfServers(const std::optional<ServerFigures>& servers,
                                     const std::optional<AcceptanceFigures>& of_requests,
                                     const RunSpec& spec);

// No server counts by category: the counters of a set of requests are the sums of what is known of
// each.  `requests`: which these are, for the note, e.g. "requests of category math".
AiperfServerMetrics MetricsOfRequests(const std::optional<AcceptanceFigures>& acceptance,
                                      const std::string& requests, const RunSpec& spec);

std::string AiperfServerMetricsJson(const AiperfRun& run, const AiperfServerMetrics& metrics,
                                    const std::optional<ServerFigures>& servers);

}  // namespace specctl
