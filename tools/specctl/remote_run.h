// `specctl run --controller`: the run is made by a controller's agents, and watched from here.
#pragma once

#include <string>
#include <vector>

#include "controller/api/job.h"
#include "controller/measure/measure_request.h"
#include "tools/specctl/kube_forward.h"
#include "tools/specctl/run_flags.h"
#include "tools/specctl/run_report.h"

namespace specctl::cli {

// `words`: of the command line, for lists.  Returns the exit status.
int RunRemotely(const RunFlags& flags, controller::MeasureRequest request,
                const std::vector<std::string>& words);

// Prints what became of a job that is over; `report.end` is set by it.  `forward`: to a release,
// whose cluster is asked for the ends of lost agents' pods; nullptr: none.  Returns the exit
// status.
int ReportJob(const controller::Job& job, MeasuredRun report, const KubeForward* forward,
              const ResultsFormat& format);

}  // namespace specctl::cli
