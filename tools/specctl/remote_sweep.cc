#include "tools/specctl/remote_sweep.h"

#include <utility>

#include "controller/run/interrupt_source.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/remote_job.h"

namespace specctl::cli {
namespace {

RemoteEnd Submit(const RemoteSweep& asked, const RemoteFlags& flags, controller::SweepOrder order,
                 SweepCopy* copy) {
  // Before anything that would be left behind.
  const controller::InterruptSource interrupts;
  ControllerWait wait(flags.AgentsPatience(), interrupts.token());
  auto connection = ConnectToSubmit(flags.connection, order.job.request.agents, wait);
  if (!connection.ok()) {
    const int status = wait.interrupted() ? kInterrupted : kBadInput;
    return {.exit_status = Complain(asked.who, connection.status(), status), .job = {}};
  }
  const RemoteJob job{.who = asked.who,
                      .id = asked.job_id,
                      .kind = controller::JobKind::kSweep,
                      .words = asked.words,
                      .secrets = controller::SecretsOf(order),
                      .order = controller::PackOrder(order)};
  // Its prompts were packed.
  order = {};
  return SubmitAndFollow(*connection, job, flags, copy, wait);
}

}  // namespace

int ReportSweepJob(const controller::Job& job, const SweepCopy& copy, const SweepReport& report) {
  if (!job.error.ok()) Complain(report.who, job.error, kFailed);
  if (!copy.sweep()) return ReportNothingMeasured(report.who, job, /*any_files=*/false);
  // What went wrong with the sweep as a whole leaves points that are planned still.
  const bool done = job.state == controller::JobState::kDone;
  const int status =
      ReportSweep(report, *copy.sweep(),
                  done ? controller::SweepEnd::kDone : controller::SweepEnd::kInterrupted);
  return job.state == controller::JobState::kFailed ? kFailed : status;
}

int SweepDetached(const RemoteSweep& asked, const RemoteFlags& flags,
                  controller::SweepOrder order) {
  return Submit(asked, flags, std::move(order), nullptr).exit_status;
}

int SweepRemotely(const RemoteSweep& asked, const RemoteFlags& flags, controller::SweepOrder order,
                  controller::SweepFolder files) {
  SweepCopy copy(std::move(files));
  const RemoteEnd end = Submit(asked, flags, std::move(order), &copy);
  if (!end.job) return end.exit_status;
  return ReportSweepJob(*end.job, copy,
                        {.who = asked.who, .folder = asked.folder, .format = asked.format});
}

}  // namespace specctl::cli
