// Prometheus exposition text 0.0.4 and 1.0.0, and OpenMetrics, by the rules of scraping clients.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

namespace specctl {

struct MetricSample {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;  // unescaped, in the exposed order
  double value = 0;                                         // may be NaN or infinite
};

// All samples of `text`, in order.  Comments, HELP and TYPE are passed over; timestamps and
// exemplars are read and dropped.
// INVALID_ARGUMENT "line N: ..." at the first line that is none of these.
absl::StatusOr<std::vector<MetricSample>> ParseExposition(std::string_view text);

}  // namespace specctl
