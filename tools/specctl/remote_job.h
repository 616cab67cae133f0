// RemoteJob: what a controller is asked for, and how it comes to its end.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/api/control_client.h"
#include "tools/specctl/controller_wait.h"
#include "tools/specctl/job_copy.h"
#include "tools/specctl/remote_flags.h"

namespace specctl::cli {

// "user@host" of who submits, as far as the system tells.
std::string Submitter();

struct RemoteJob {
  std::string_view who;  // the command, for errors
  std::string id;        // of the job
  controller::JobKind kind = controller::JobKind::kRun;
  std::vector<std::string> words;  // of the command line, for lists
  controller::OrderSecrets secrets;
  controller::PackedOrder order;
};

// How it came out: a status to exit with, or the job when it is over.
struct RemoteEnd {
  int exit_status = 0;
  std::optional<controller::Job> job;
};

// Submits the job, again until `wait` is over where the controller is not reached; with --detach
// prints its id, else follows it.  `copy`: nullptr with --detach.
RemoteEnd SubmitAndFollow(const Connection& connection, const RemoteJob& job,
                          const RemoteFlags& flags, JobCopy* copy, ControllerWait& wait);

// What is to be said of a job that ended without a run: the status to exit with.
int ReportNothingMeasured(std::string_view who, const controller::Job& job, bool any_files);

}  // namespace specctl::cli
