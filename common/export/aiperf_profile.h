// profile_export_aiperf.json and .csv: AIPerf's summary of a run.
#pragma once

#include <string>
#include <vector>

#include "common/export/aiperf_run.h"
#include "common/export/aiperf_summary.h"

namespace specctl {

struct AiperfProfile {
  const AiperfSummary* profiling = nullptr;
  std::vector<AiperfMetric> metrics;  // of it
  std::vector<AiperfMetric> warmup;   // empty: the run had none
  std::vector<std::string> notes;
};

std::string AiperfProfileJson(const AiperfRun& run, const AiperfProfile& profile);
// The same metrics, of the phase "profiling"; two decimals.
std::string AiperfProfileCsv(const AiperfProfile& profile);

}  // namespace specctl
