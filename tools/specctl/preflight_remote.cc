#include "tools/specctl/preflight_remote.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>

#include "controller/api/attached_agents.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/follow_job.h"
#include "tools/specctl/preflight_outcome.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/remote_job.h"
#include "tools/specctl/run_copy.h"
#include "tools/specctl/temporary_folder.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

constexpr Nanos kAttachedLook = std::chrono::milliseconds(200);

void SayItStays(std::string_view run_id, const absl::Status& why, std::string_view attach) {
  Say(absl::StrFormat("%s stays on the controller%s%s; to see: %s", run_id, why.ok() ? "" : ": ",
                      std::string(why.message()), attach));
}

absl::StatusOr<Results> ResultsOf(const controller::Job& job, const std::string& folder) {
  if (job.end) return StepResults(*job.end, job.end_reason, folder);
  if (job.state == controller::JobState::kCancelled) return absl::CancelledError("interrupted");
  return job.error;
}

}  // namespace

absl::StatusOr<uint32_t> AwaitAttached(controller::ControlClient& client, uint32_t wanted,
                                       ControllerWait& wait) {
  for (;;) {
    const auto members = client.Agents();
    uint32_t connected = 0;
    if (members.ok()) {
      const auto is_connected = [](const controller::FleetMember& m) { return m.connected; };
      connected =
          static_cast<uint32_t>(std::count_if(members->begin(), members->end(), is_connected));
      if (connected >= wanted) return connected;
      if (wait.interrupted()) return absl::CancelledError("interrupted");
      if (wait.over()) return controller::MissingAgents(wanted, connected);
    } else if (!wait.TriesAgain(members.status(), client.address())) {
      return members.status();
    }
    std::this_thread::sleep_for(kAttachedLook);
  }
}

absl::StatusOr<Results> MeasureThere(const RemoteSteps& steps, controller::MeasureRequest request) {
  const auto folder = TemporaryFolder::Make("specctl-preflight");
  if (!folder.ok()) return folder.status();
  controller::ControlClient& client = *steps.connection.client;
  const std::string run_id = request.spec.run_id;
  const controller::Job job{.id = run_id,
                            .command = steps.command,
                            .submitter = Submitter(),
                            .specctl_version = kVersion,
                            .wait_agents = steps.wait_agents};
  const std::string attach = steps.connection.AttachCommand(run_id);
  const auto taken =
      client.Submit(job, controller::SecretsOf(request), controller::PackOrder(request));
  if (!taken.ok()) {
    // An answer that was lost tells nothing of what was asked.
    if (StatusOfCall(taken.status()) == kFailed) Say("if it was taken all the same: " + attach);
    return taken.status();
  }
  RunCopy copy(run_id, folder->path(), RunCopy::View::kNone);
  const auto over = FollowJob(
      client, {.job_id = run_id, .copy = copy, .stop = steps.stop, .attach_command = attach});
  if (over.ok()) {
    const absl::Status removed = client.Remove(run_id);
    if (!removed.ok()) SayItStays(run_id, removed, attach);
    return ResultsOf(*over, folder->path());
  }
  // Interrupted, and the controller is not reached: the text says so.
  if (absl::IsCancelled(over.status())) return over.status();
  // What nobody follows is to end.
  SayItStays(run_id, client.Cancel(run_id, /*at_once=*/true).status(), attach);
  return over.status();
}

}  // namespace specctl::cli
