// One question for a server's metrics.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "common/net/url.h"
#include "controller/scrape/http_fetch.h"

namespace specctl::controller {

// One target's metrics: where they are and which of them are kept.
struct MetricsTarget {
  uint32_t target = 0;  // number in the journal
  Url url;              // of the metrics themselves, path included
  std::string engine;   // EngineProfile name: its families are kept
  // Sent to this URL alone.
  std::vector<std::pair<std::string, std::string>> headers;
  bool all_addresses = false;  // each server behind the URL's name, instead of one of them
  // The URL has statistics of iterations (common/engine/iteration_stats.h) in place of Prometheus's
  // text.
  bool iteration_stats = false;
};

// What is there, whatever it is (metrics_reply.h judges it); errors as of Fetch().
absl::StatusOr<HttpReply> FetchMetrics(const MetricsTarget& target, const FetchOptions& options);

}  // namespace specctl::controller
