// AIPerf's metrics by name: the table of those of one request, and their statistics.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "common/export/aiperf_request.h"

namespace specctl {

// AIPerf's name, its label and its unit, as 0.13.0 prints them.
struct AiperfTag {
  std::string_view tag, header, unit;
};

struct AiperfRecordMetric {
  AiperfTag name;
  // nullopt where the request has none.  In the unit of `name`.
  std::optional<double> (*of)(const AiperfRequest& request);
};
// All that one number tells; the list of gaps is apart.
std::span<const AiperfRecordMetric> AiperfRecordMetrics();
inline constexpr AiperfTag kInterChunkLatency = {"inter_chunk_latency", "Inter Chunk Latency",
                                                 "ms"};

// As numpy has them: quantiles by linear interpolation between the two nearest values, and a
// standard deviation with divisor n.
struct AiperfStatistics {
  static constexpr std::array<std::string_view, 9> kQuantileNames = {
      "p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99"};
  double avg = 0, min = 0, max = 0, std = 0, sum = 0;
  std::array<double, 9> quantiles{};  // by kQuantileNames
  uint64_t count = 0;
};
// nullopt where there are none; sorts `values`.
std::optional<AiperfStatistics> StatisticsOf(std::vector<double> values);

// How often each gap was seen, in whole microseconds: exact statistics of more gaps than could be
// kept.  1 MiB, and about 50 bytes for each different gap above 131 ms.
class GapCounts {
 public:
  void AddGap(uint32_t gap_us);
  std::optional<AiperfStatistics> StatisticsMs() const;

 private:
  static constexpr uint32_t kDenseUs = 1 << 17;
  // Value and how often, in ascending order.
  std::vector<std::pair<uint32_t, uint64_t>> Ascending() const;

  std::vector<uint64_t> dense_;
  std::map<uint32_t, uint64_t> rest_;
};

}  // namespace specctl
