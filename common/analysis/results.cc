#include "common/analysis/results.h"

#include <algorithm>
#include <numeric>

namespace specctl {

uint64_t Conservation::Unassigned() const {
  return std::accumulate(unassigned.begin(), unassigned.end(), uint64_t{0});
}

bool Conservation::Holds() const {
  const bool all_planned = !planned || *planned == sent + shed + Unassigned();
  return all_planned && sent == ok + failed + timed_out + cancelled + lost + in_flight;
}

double TokenBooks::ApartShare() const {
  if (apart == 0) return 0;
  return static_cast<double>(apart) / static_cast<double>(std::max<uint64_t>(by_totals, apart));
}

const ServerCounters* ServerFigures::OfTarget(uint32_t target) const {
  for (const TargetCounters& candidate : targets) {
    if (candidate.target == target) return &candidate.counters;
  }
  return nullptr;
}

std::string_view AcceptanceSourceName(AcceptanceSource source) {
  switch (source) {
    case AcceptanceSource::kPerRequest:
      return "per_request";
    case AcceptanceSource::kTimings:
      return "timings";
    case AcceptanceSource::kCounters:
      return "counters";
    case AcceptanceSource::kMixed:
      return "mixed";
    case AcceptanceSource::kChunks:
      break;
  }
  return "chunks";
}

}  // namespace specctl
