#include "tools/specctl/remote_job.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>

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

// "user@host", as far as the system tells.
std::string Submitter() {
  std::array<char, 256> host{};
  const bool named = ::gethostname(host.data(), host.size() - 1) == 0;
  const char* user = ::getenv("USER");
  return absl::StrFormat("%s@%s", user == nullptr ? "?" : user, named ? host.data() : "?");
}

std::string CommandText(const RemoteJob& job) {
  std::vector<std::string> quoted;
  for (const std::string& word : KeptArguments(job.words)) quoted.push_back(ShellQuoted(word));
  return absl::StrFormat("%s %s", NameOf(job.kind), absl::StrJoin(quoted, " "));
}

int TellSubmitted(const RemoteJob& job, const std::string& address) {
  const absl::Status printed = PrintPage(job.id + "\n", std::cout);
  Say(absl::StrFormat("submitted; to watch it: specctl attach %s --controller %s", job.id,
                      address));
  return printed.ok() ? kDone : Complain(job.who, printed, kFailed);
}

int TellRefused(const RemoteJob& job, const absl::Status& refused) {
  const bool down = absl::IsUnavailable(refused) || absl::IsDeadlineExceeded(refused);
  Complain(job.who, refused, kFailed);
  // An answer that was lost tells nothing of what was asked.
  if (down) Say(absl::StrFormat("if it was taken all the same: specctl attach %s", job.id));
  return down ? kFailed : kBadInput;
}

}  // namespace

RemoteEnd SubmitAndFollow(controller::ControlClient& client, const RemoteJob& job,
                          const RemoteFlags& flags, JobCopy* copy,
                          const controller::StopToken& stop) {
  const Job submitted{.id = job.id,
                      .kind = job.kind,
                      .command = CommandText(job),
                      .submitter = Submitter(),
                      .specctl_version = kVersion,
                      .wait_agents = flags.AgentsPatience()};
  const auto submit = [&] { return client.Submit(submitted, job.secrets, job.order).status(); };
  if (stop.requests() > 0) return {.exit_status = kInterrupted, .job = {}};
  if (const absl::Status taken = submit(); !taken.ok()) {
    return {.exit_status = TellRefused(job, taken), .job = {}};
  }
  if (flags.detach) return {.exit_status = TellSubmitted(job, client.address()), .job = {}};
  auto over =
      FollowJob(client, {.job_id = job.id, .copy = *copy, .resubmit = submit, .stop = stop});
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
