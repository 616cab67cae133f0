#include "common/figures/figure_types.h"

namespace specctl {

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
    case AcceptanceSource::kMetricsFiles:
      return "metrics_files";
    case AcceptanceSource::kChunks:
      break;
  }
  return "chunks";
}

}  // namespace specctl
