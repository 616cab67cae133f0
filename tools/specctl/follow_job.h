// FollowJob: a run on a controller, watched from here until it is over.
#pragma once

#include <functional>
#include <string>

#include <absl/status/statusor.h>

#include "controller/api/control_client.h"
#include "controller/api/job.h"
#include "controller/run/stop_token.h"

namespace specctl::cli {

struct FollowOptions {
  std::string job_id;
  std::string run_dir;  // exists; what is there of the journal is not asked for again
  // Gives the controller again what it kept in memory alone; empty: nobody here can.
  std::function<absl::Status()> resubmit;
  controller::StopToken stop;  // Ctrl-C
};

// Copies the journal as it grows into run_dir, shows it on stderr, and redials as often as the
// connection breaks: the run goes on meanwhile.  Ctrl-C cancels the run (it drains), a second one
// at once; where the controller is not reached by then, it ends the watching alone.
//
// Returns the job as it is when it is over.
// CANCELLED  Ctrl-C, and the controller was not reached: the run may go on
// NOT_FOUND  the controller has no such job
// others     as ControlClient and JournalCopy
absl::StatusOr<controller::Job> FollowJob(controller::ControlClient& client,
                                          const FollowOptions& options);

}  // namespace specctl::cli
