// AiperfSummary: the metrics of profile_export_aiperf.json over a set of requests.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/export/aiperf_metrics.h"
#include "common/export/aiperf_request.h"

namespace specctl {

// One metric of the summary: its statistics, or its one value.
struct AiperfMetric {
  AiperfTag name;
  std::variant<double, AiperfStatistics> value;
};

struct AiperfErrorCount {
  AiperfError error;
  uint64_t requests = 0;
};

// Takes requests of one phase, in any order.  Memory: about 100 bytes for each ok request.
class AiperfSummary {
 public:
  void AddRequest(const EndedRequest& request);

  // `throughput`: the requests had the servers to themselves, so that their rates are of the load.
  // Sorted by tag.  A metric that no request has is left out.
  std::vector<AiperfMetric> Metrics(bool throughput) const;
  // [j]: steps that accepted j drafted tokens, over all ok requests that tell; empty: none does.
  const std::vector<uint64_t>& histogram() const { return histogram_; }
  std::vector<AiperfErrorCount> Errors() const;  // most frequent first
  // From the first request's due time to the last one's end [ns since T0]: AIPerf's phase window.
  // Absent without a request.
  struct Window {
    int64_t begin_ns = 0, end_ns = 0;
  };
  const std::optional<Window>& window() const { return window_; }
  uint64_t requests() const { return requests_.size() + failed_; }

 private:
  void AddTotals(bool throughput, std::vector<AiperfMetric>& metrics) const;
  void AddRates(double ok, std::vector<AiperfMetric>& metrics) const;
  void AddAcceptance(std::vector<AiperfMetric>& metrics) const;
  void AddSum(const AiperfTag& name, std::string_view of, std::vector<AiperfMetric>& metrics) const;
  std::optional<double> SumOf(std::string_view tag) const;

  std::deque<AiperfRequest> requests_;  // ok ones
  uint64_t failed_ = 0, context_overflows_ = 0;
  GapCounts gaps_;
  std::vector<uint64_t> histogram_;
  std::map<std::pair<std::string, std::string>, AiperfErrorCount> errors_;  // by type and message
  std::optional<Window> window_;
};

}  // namespace specctl
