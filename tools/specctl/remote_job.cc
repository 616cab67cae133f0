#include "tools/specctl/remote_job.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <thread>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/shell_quote.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/follow_job.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/sweep_arguments.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

using controller::Job;

constexpr Nanos kSubmitAgainAfter = std::chrono::milliseconds(100);
constexpr Nanos kSubmitLook = std::chrono::milliseconds(50);

std::string CommandText(const RemoteJob& job) {
  std::vector<std::string> quoted;
  for (const std::string& word : KeptArguments(job.words)) quoted.push_back(ShellQuoted(word));
  return absl::StrFormat("%s %s", NameOf(job.kind), absl::StrJoin(quoted, " "));
}

int TellSubmitted(const RemoteJob& job, const Connection& connection) {
  const absl::Status printed = PrintPage(job.id + "\n", std::cout);
  Say("submitted; to watch it: " + connection.AttachCommand(job.id));
  return printed.ok() ? kDone : Complain(job.who, printed, kFailed);
}

int TellRefused(const RemoteJob& job, const absl::Status& refused, const Connection& connection,
                bool interrupted) {
  const int status = Complain(job.who, refused, StatusOfCall(refused));
  // An answer that was lost tells nothing of what was asked.
  if (status == kFailed) Say("if it was taken all the same: " + connection.AttachCommand(job.id));
  return interrupted ? kInterrupted : status;
}

absl::Status SubmitOnceReached(controller::ControlClient& client, ControllerWait& wait,
                               const std::function<absl::Status()>& submit) {
  absl::Status taken = submit();
  while (wait.TriesAgain(taken, client.address())) {
    // One that is there and answers with an error is not asked without a pause.
    std::this_thread::sleep_for(kSubmitAgainAfter);
    while (!wait.over() && !client.AwaitConnection(kSubmitLook)) {
    }
    if (wait.interrupted()) break;
    taken = submit();
  }
  return taken;
}

}  // namespace

std::string Submitter() {
  std::array<char, 256> host{};
  const bool named = ::gethostname(host.data(), host.size() - 1) == 0;
  const char* user = ::getenv("USER");
  return absl::StrFormat("%s@%s", user == nullptr ? "?" : user, named ? host.data() : "?");
}

RemoteEnd SubmitAndFollow(const Connection& connection, const RemoteJob& job,
                          const RemoteFlags& flags, JobCopy* copy, ControllerWait& wait) {
  controller::ControlClient& client = *connection.client;
  const Job submitted{.id = job.id,
                      .kind = job.kind,
                      .command = CommandText(job),
                      .submitter = Submitter(),
                      .specctl_version = kVersion,
                      .wait_agents = flags.AgentsPatience()};
  const auto submit = [&] { return client.Submit(submitted, job.secrets, job.order).status(); };
  if (wait.interrupted()) return {.exit_status = kInterrupted, .job = {}};
  if (const absl::Status taken = SubmitOnceReached(client, wait, submit); !taken.ok()) {
    return {.exit_status = TellRefused(job, taken, connection, wait.interrupted()), .job = {}};
  }
  if (flags.detach) return {.exit_status = TellSubmitted(job, connection), .job = {}};
  auto over = FollowJob(client, {.job_id = job.id,
                                 .copy = *copy,
                                 .resubmit = submit,
                                 .stop = wait.stop(),
                                 .attach_command = connection.AttachCommand(job.id)});
  if (over.ok()) return {.exit_status = kDone, .job = *std::move(over)};
  const int status = absl::IsCancelled(over.status()) ? kInterrupted : kFailed;
  return {.exit_status = Complain(job.who, over.status(), status), .job = {}};
}

int ReportNothingMeasured(std::string_view who, const Job& job, bool any_files) {
  if (job.state == controller::JobState::kCancelled) {
    Say(absl::StrFormat("%s: cancelled before it began", who));
    return kInterrupted;
  }
  return any_files ? kFailed : StatusOfResolve(job.error);
}

}  // namespace specctl::cli
