#include "controller/scrape/fetch_metrics.h"

namespace specctl::controller {

absl::StatusOr<HttpReply> FetchMetrics(const MetricsTarget& target, const FetchOptions& options) {
  HttpRequest request{.method = "GET", .path = ""};
  request.headers.emplace_back(
      "Accept", target.iteration_stats ? "application/json" : "text/plain;version=0.0.4");
  request.headers.insert(request.headers.end(), target.headers.begin(), target.headers.end());
  return Fetch(target.url, request, options);
}

}  // namespace specctl::controller
