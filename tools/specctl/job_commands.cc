#include "tools/specctl/job_commands.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/planning/sweep_json.h"
#include "controller/api/control_client.h"
#include "controller/run/interrupt_source.h"
#include "tools/specctl/connection_flags.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/follow_job.h"
#include "tools/specctl/job_lists.h"
#include "tools/specctl/output_dir.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/remote_run.h"
#include "tools/specctl/remote_sweep.h"
#include "tools/specctl/run_copy.h"

namespace specctl::cli {
namespace {

using controller::ControlClient;
using controller::Job;

struct JobFlags {
  ConnectionFlags connection;
  std::string id;
  std::string format = "text";
  std::optional<std::string> output_dir;
  ResultsFormat results;
  bool strict = false, at_once = false;
};

// Runs `act` with the controller that the flags name.
int WithController(std::string_view who, const JobFlags& flags,
                   const std::function<absl::Status(ControlClient&)>& act) {
  auto connection = Connect(flags.connection);
  if (!connection.ok()) return Complain(who, connection.status(), kBadInput);
  const absl::Status done = act(*connection->client);
  return done.ok() ? kDone : Complain(who, done, StatusOfCall(done));
}

absl::Status Print(const JobFlags& flags, const std::string& text, const std::string& json) {
  return flags.format == "json" ? PrintJson(json, std::cout) : PrintPage(text, std::cout);
}

int List(const JobFlags& flags) {
  return WithController("specctl list", flags, [&](ControlClient& client) {
    const auto jobs = client.List();
    if (!jobs.ok()) return jobs.status();
    return Print(flags, JobTable(*jobs, UnixNow()), JobsJson(*jobs));
  });
}

int Agents(const JobFlags& flags) {
  return WithController("specctl agents", flags, [&](ControlClient& client) {
    const auto members = client.Agents();
    if (!members.ok()) return members.status();
    return Print(flags, AgentTable(*members), AgentsJson(*members));
  });
}

int Cancel(const JobFlags& flags) {
  return WithController("specctl cancel", flags, [&](ControlClient& client) {
    const auto job = client.Cancel(flags.id, flags.at_once);
    if (!job.ok()) return job.status();
    Say(absl::StrFormat(
        "%s %s: %s", NameOf(job->kind), job->id,
        IsOver(job->state) ? std::string(NameOf(job->state)) : std::string("told to end")));
    return absl::OkStatus();
  });
}

int Remove(const JobFlags& flags) {
  return WithController("specctl rm", flags,
                        [&](ControlClient& client) { return client.Remove(flags.id); });
}

// The folder for a copy: new or empty, or with a copy that is to go on, which has `file`.
absl::StatusOr<std::optional<OutputDir>> PrepareCopy(const std::string& folder,
                                                     std::string_view file) {
  std::error_code error;
  if (std::filesystem::exists(absl::StrFormat("%s/%s", folder, file), error)) return std::nullopt;
  auto prepared = OutputDir::Prepare(folder);
  if (!prepared.ok()) return prepared.status();
  return std::optional<OutputDir>(*std::move(prepared));
}

// The job of that id.
absl::StatusOr<Job> FindJob(ControlClient& client, const std::string& id) {
  const auto jobs = client.List();
  if (!jobs.ok()) return jobs.status();
  const auto job =
      std::find_if(jobs->begin(), jobs->end(), [&](const Job& one) { return one.id == id; });
  if (job != jobs->end()) return *job;
  return absl::NotFoundError(absl::StrFormat(
      "controller %s has no run or sweep %s; specctl list shows all", client.address(), id));
}

struct Attachment {
  std::string_view who;
  const Connection& connection;
  const JobFlags& flags;
  controller::StopToken stop;

  // Follows the job into the copy, to its end.
  absl::StatusOr<Job> Follow(JobCopy& copy) const {
    return FollowJob(*connection.client, {.job_id = flags.id,
                                          .copy = copy,
                                          .resubmit = nullptr,
                                          .stop = stop,
                                          .attach_command = connection.AttachCommand(flags.id)});
  }
  int Fail(const absl::Status& why) const {
    const bool of_user = absl::IsInvalidArgument(why);
    return Complain(who, why,
                    absl::IsCancelled(why) ? kInterrupted
                    : of_user              ? kBadInput
                                           : kFailed);
  }
};

int AttachRun(const Attachment& to) {
  const std::string run_dir = to.flags.output_dir.value_or("runs/" + to.flags.id);
  const auto folder = PrepareCopy(run_dir, "journal.pb");
  if (!folder.ok()) return Complain(to.who, folder.status(), kBadInput);
  RunCopy copy(to.flags.id, run_dir);
  const auto over = to.Follow(copy);
  if (!over.ok()) return to.Fail(over.status());
  return ReportJob(*over, {.who = to.who, .run_dir = run_dir, .strict = to.flags.strict},
                   to.connection.forward.get(), to.flags.results);
}

int AttachSweep(const Attachment& to) {
  if (to.flags.strict || !to.flags.results.columns.empty()) {
    const char* const flag = to.flags.strict ? "--strict" : "--columns";
    return Complain(to.who,
                    absl::InvalidArgumentError(
                        absl::StrFormat("%s: is for runs, and %s is a sweep", flag, to.flags.id)),
                    kBadInput);
  }
  const std::string folder = to.flags.output_dir.value_or("sweeps/" + to.flags.id);
  const auto prepared = PrepareCopy(folder, kSweepFile);
  if (!prepared.ok()) return Complain(to.who, prepared.status(), kBadInput);
  auto files = controller::SweepFolder::Open(folder);
  if (!files.ok()) return Complain(to.who, files.status(), kBadInput);
  SweepCopy copy(*std::move(files));
  const auto over = to.Follow(copy);
  if (!over.ok()) return to.Fail(over.status());
  return ReportSweepJob(*over, copy,
                        {.who = to.who, .folder = folder, .format = to.flags.results.format});
}

// Watches a job to its end, or (`fetch`) takes one that is over.
int Attach(std::string_view who, const JobFlags& flags, bool fetch) {
  // Before anything that would be left behind.
  const controller::InterruptSource interrupts;
  auto connection = Connect(flags.connection);
  if (!connection.ok()) return Complain(who, connection.status(), kBadInput);
  const auto job = FindJob(*connection->client, flags.id);
  if (!job.ok()) return Complain(who, job.status(), StatusOfCall(job.status()));
  if (fetch && !IsOver(job->state)) {
    return Complain(who,
                    absl::FailedPreconditionError(absl::StrFormat(
                        "%s %s is %s; to wait for its end: %s", NameOf(job->kind), flags.id,
                        NameOf(job->state), connection->AttachCommand(flags.id))),
                    kBadInput);
  }
  const Attachment to{
      .who = who, .connection = *connection, .flags = flags, .stop = interrupts.token()};
  return job->kind == controller::JobKind::kSweep ? AttachSweep(to) : AttachRun(to);
}

using Handler = int (*)(const JobFlags&);

CLI::App* AddJobCommand(CLI::App& app, const std::string& name, const std::string& about,
                        const std::shared_ptr<JobFlags>& flags, Handler handler, int& exit_status) {
  CLI::App* const command = app.add_subcommand(name, about);
  AddConnectionFlags(*command, flags->connection, "Controller", /*from_environment=*/true);
  command->callback([flags, handler, &exit_status] { exit_status = handler(*flags); });
  return command;
}

void AddListFormat(CLI::App& command, JobFlags& flags) {
  command.add_option("--format", flags.format, "text or json [text]")
      ->check(CLI::IsMember({"text", "json"}));
}

void AddId(CLI::App& command, JobFlags& flags) {
  command.add_option("ID", flags.id, "Id of the run or sweep, as specctl list has it")->required();
}

void AddCopyFlags(CLI::App& command, JobFlags& flags) {
  AddId(command, flags);
  command.add_option("--output-dir", flags.output_dir,
                     "Folder for the artifacts [runs/<id>, sweeps/<id>]");
  AddResultsFlags(command, flags.results, "Output");
  command.add_flag("--strict", flags.strict, "Exit with status 3 if the verdict is invalid");
}

}  // namespace

void AddJobCommands(CLI::App& app, int& exit_status) {
  const auto make = [] { return std::make_shared<JobFlags>(); };
  auto flags = make();
  AddListFormat(*AddJobCommand(app, "list", "List the runs and sweeps of a controller", flags, List,
                               exit_status),
                *flags);
  flags = make();
  AddListFormat(*AddJobCommand(app, "agents", "List the agents attached to a controller", flags,
                               Agents, exit_status),
                *flags);
  flags = make();
  AddCopyFlags(
      *AddJobCommand(
          app, "attach", "Watch a controller's run or sweep to its end and write its artifacts",
          flags, [](const JobFlags& f) { return Attach("specctl attach", f, false); }, exit_status),
      *flags);
  flags = make();
  AddCopyFlags(
      *AddJobCommand(
          app, "fetch", "Write the artifacts of a controller's run or sweep that has ended", flags,
          [](const JobFlags& f) { return Attach("specctl fetch", f, true); }, exit_status),
      *flags);
  flags = make();
  CLI::App* cancel = AddJobCommand(
      app, "cancel", "End a controller's run or sweep: it drains, and what it measured stays",
      flags, Cancel, exit_status);
  AddId(*cancel, *flags);
  cancel->add_flag("--now", flags->at_once, "Do not wait for what is in flight");
  flags = make();
  AddId(*AddJobCommand(app, "rm", "Remove a run or sweep that has ended from a controller", flags,
                       Remove, exit_status),
        *flags);
}

}  // namespace specctl::cli
