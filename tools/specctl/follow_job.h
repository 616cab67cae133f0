// FollowJob: a job on a controller, watched from here until it is over.
#pragma once

#include <functional>
#include <string>

#include <absl/status/statusor.h>

#include "controller/api/control_client.h"
#include "controller/api/job.h"
#include "controller/run/stop_token.h"
#include "tools/specctl/job_copy.h"

namespace specctl::cli {

struct FollowOptions {
  std::string job_id;
  JobCopy& copy;
  // Gives the controller again what it kept in memory alone; empty: nobody here can.
  std::function<absl::Status()> resubmit;
  controller::StopToken stop;  // Ctrl-C
  std::string attach_command;  // to watch it again
};

// Copies its files as they grow, shows them on stderr, and redials as often as the connection
// breaks: the job goes on meanwhile.  Ctrl-C cancels it (what is in flight drains), a second one at
// once; where the controller is not reached by then, it ends the watching alone.
//
// Returns the job as it is when it is over.
// CANCELLED  Ctrl-C, and the controller was not reached: the job may go on
// NOT_FOUND  the controller has no such job
// others     as ControlClient and JobCopy
absl::StatusOr<controller::Job> FollowJob(controller::ControlClient& client,
                                          const FollowOptions& options);

}  // namespace specctl::cli
