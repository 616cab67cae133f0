#include "common/report/page_network.h"

#include <vector>

#include "common/base/printable.h"
#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

constexpr size_t kTargetsMax = 8;
constexpr double kShownMsMin = 0.01;  // a smaller one, this machine's own, is nothing to take off

// Fine enough to show the round trip of a machine next door.
std::string MsText(double ms) { return FixedText(ms, ms < 1000 ? 2 : 0); }

std::string LessText(std::string_view quantile, double ttft_ms, double round_trip_ms) {
  return "TTFT " + std::string(quantile) + " " + MsText(ttft_ms) + ", without it " +
         MsText(ttft_ms - round_trip_ms);
}

}  // namespace

std::string NetworkLines(const Results& results) {
  std::string out;
  size_t lines = 0;
  for (const TargetNetwork& network : results.networks) {
    if (++lines > kTargetsMax) break;
    std::vector<std::string> items;
    if (results.networks.size() > 1)
      items.push_back(Printable(TargetLabel(results.spec, network.target)));
    const bool shows = network.round_trip_ms >= kShownMsMin;
    items.push_back("round trip " + (shows ? MsText(network.round_trip_ms) : "below 0.01") +
                    " ms (TCP, " + CountedText(network.connections, "connection") + ")");
    // What is left is the server's: the round trip is the least that the network adds.
    if (shows && network.ttft_p50_ms) {
      items.push_back(LessText("p50", *network.ttft_p50_ms, network.round_trip_ms));
    }
    if (shows && network.ttft_p99_ms) {
      items.push_back(LessText("p99", *network.ttft_p99_ms, network.round_trip_ms));
    }
    AppendFlow({.label = "network"}, items, out);
  }
  if (lines > kTargetsMax) {
    AppendProse(
        "network",
        CountText(results.networks.size() - kTargetsMax) + " more: see targets in summary.json",
        out);
  }
  return out;
}

}  // namespace specctl
