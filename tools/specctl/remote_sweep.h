// `specctl sweep --controller`: the sweep is made by a controller's agents, and watched from here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/api/job.h"
#include "controller/api/sweep_order.h"
#include "controller/sweep/sweep_folder.h"
#include "tools/specctl/remote_flags.h"
#include "tools/specctl/sweep_copy.h"
#include "tools/specctl/sweep_report.h"

namespace specctl::cli {

struct RemoteSweep {
  std::string_view who;            // the command, for errors
  std::vector<std::string> words;  // of the command line, for lists
  std::string job_id;
  std::string folder;  // of the sweep, here
  std::string format;
};

// Returns the exit status.
int SweepRemotely(const RemoteSweep& asked, const RemoteFlags& flags, controller::SweepOrder order,
                  controller::SweepFolder files);
// Submits it and leaves nothing here (--detach).
int SweepDetached(const RemoteSweep& asked, const RemoteFlags& flags, controller::SweepOrder order);

// Prints what became of a sweep's job that is over.  Returns the exit status.
int ReportSweepJob(const controller::Job& job, const SweepCopy& copy, const SweepReport& report);

}  // namespace specctl::cli
