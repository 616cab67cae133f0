#include "tools/specctl/preflight_remote.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <absl/strings/str_format.h>

#include "controller/api/attached_agents.h"
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
  const auto taken =
      client.Submit(job, controller::SecretsOf(request), controller::PackOrder(request));
  if (!taken.ok()) return taken.status();
  RunCopy copy(run_id, folder->path(), RunCopy::View::kNone);
  const auto over = FollowJob(client, {.job_id = run_id,
                                       .copy = copy,
                                       .stop = steps.stop,
                                       .attach_command = steps.connection.AttachCommand(run_id)});
  if (!over.ok()) return over.status();
  if (const absl::Status removed = client.Remove(run_id); !removed.ok()) {
    Say(absl::StrFormat("%s stays on the controller: %s", run_id, std::string(removed.message())));
  }
  return ResultsOf(*over, folder->path());
}

}  // namespace specctl::cli
