// What the session's state machine wants done.
#pragma once

#include <string>
#include <variant>

#include <absl/status/status.h>

#include "common/session/agent_messages.h"
#include "common/session/controller_messages.h"
#include "common/workload/load_job.h"

namespace specctl::agent {

// Begin a call; its end is told by SessionMachine::OnCallEnded.
struct DialController {};
// Send a message over the call; the next follows SessionMachine::OnWritten.
struct WriteMessage {
  AgentMessage message;
};
// Break the call off.
struct CancelCall {};
// To the load's reactor.
struct GiveJob {
  LoadJob job;
};
struct GiveArm {
  ArmAgent order;
};
struct GiveDrain {
  DrainAgent order;
};
struct GiveRelease {
  std::string run_id;
};
// A burst of clock probes now, and from then on in intervals.
struct ProbeClock {};
// The controller is not reached, for the first time in this outage; it is tried again.
struct ReportOutage {
  std::string why;
};
// Nothing follows.  OK: dismissed.  Else why the session can't go on, with the controller's own
// words: FAILED_PRECONDITION (e.g. versions), UNAUTHENTICATED (join token), UNAVAILABLE (outage),
// DATA_LOSS (one side said what the other's version doesn't know).
struct EndSession {
  absl::Status status;
};

using SessionCommand = std::variant<DialController, WriteMessage, CancelCall, GiveJob, GiveArm,
                                    GiveDrain, GiveRelease, ProbeClock, ReportOutage, EndSession>;

}  // namespace specctl::agent
