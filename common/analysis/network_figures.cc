#include "common/analysis/network_figures.h"

#include <algorithm>
#include <map>

#include "common/stats/censored_sample.h"
#include "common/stats/quantiles.h"

namespace specctl {

std::vector<TargetNetwork> NetworkByTarget(const RequestSet& requests, const RequestSet& headline) {
  std::map<uint32_t, std::vector<double>> round_trips_ms;
  std::map<uint32_t, std::vector<CensoredValue>> ttfts_ms;
  for (const SettledRequest* request : requests) {
    // Only a request that opened a connection measured one.
    if (!request->round_trip_ns) continue;
    round_trips_ms[request->target].push_back(static_cast<double>(*request->round_trip_ns) / 1e6);
  }
  // TTFTs as the headline shows them, so that the two can be subtracted.
  for (const SettledRequest* request : headline) {
    const auto ttft_ms = request->ok() ? TtftOf(*request) : std::nullopt;
    if (ttft_ms) ttfts_ms[request->target].push_back(*ttft_ms);
  }
  std::vector<TargetNetwork> networks;
  for (auto& [target, values] : round_trips_ms) {
    TargetNetwork& network = networks.emplace_back();
    network.target = target;
    network.connections = values.size();
    // The median: one lost packet must not move it.
    network.round_trip_ms = Describe(std::move(values))->p50;
    const CensoredSample ttft(ttfts_ms[target]);
    network.ttft_p50_ms = ttft.Quantile(0.50);
    network.ttft_p99_ms = ttft.Quantile(0.99);
  }
  return networks;
}

}  // namespace specctl
