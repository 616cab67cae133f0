// The files that an AIPerf run leaves in its folder, written from a fold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "common/analysis/ended_request.h"
#include "common/analysis/results.h"
#include "common/analysis/run_context.h"
#include "common/export/aiperf_run.h"
#include "common/export/aiperf_server_metrics.h"
#include "common/export/aiperf_summary.h"
#include "common/report/output_file.h"

namespace specctl {

// profile_export.jsonl, profile_export_aiperf.json, profile_export_aiperf.csv and
// server_metrics_export.json of a set of requests.  Rows are written as requests come.
class AiperfFiles {
 public:
  // `dir` exists.  Errors here and below as OutputFile's.
  absl::Status Open(const std::string& dir);
  void AddRequest(const EndedRequest& request, const RunContext& run);

  struct Rest {
    std::string category;  // empty: of several
    // The requests had the servers to themselves.
    bool throughput = true;
    AiperfServerMetrics servers;
    std::vector<std::string> notes;
  };
  // Writes all files; profile_export_aiperf.json, by which AIPerf knows a run's folder, last.
  absl::Status Commit(const Results& results, const Rest& rest);

 private:
  std::string dir_;
  std::optional<OutputFile> records_;
  AiperfSummary profiling_, warmup_;
};

// What the run's requests ask for, else what its first target serves; "unknown" where neither is
// known.  With " (builtin)" where the prompts are our own.
std::string AiperfModel(const Results& results);

}  // namespace specctl
