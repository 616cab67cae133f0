#include "tools/specctl/sweep_command.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/sweep/next_run_text.h"
#include "controller/fleet/fleet.h"
#include "controller/live/terminal_view.h"
#include "controller/measure/run_id.h"
#include "controller/run/interrupt_source.h"
#include "controller/sweep/sweep_recovery.h"
#include "controller/sweep/sweep_runner.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/local_fleet.h"
#include "tools/specctl/no_server_hint.h"
#include "tools/specctl/output_dir.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/remote_sweep.h"
#include "tools/specctl/sweep_arguments.h"
#include "tools/specctl/sweep_flags.h"
#include "tools/specctl/sweep_report.h"
#include "tools/specctl/sweep_request.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

constexpr std::string_view kWhoSweeps = "specctl sweep";

// Tells of each run on stderr, a line before it and one after it.
class SweepTeller final : public controller::SweepObserver {
 public:
  void OnRunBegin(const Sweep& sweep, const NextRun& run) override { Say(NextRunText(sweep, run)); }
  void OnRunEnd(const Sweep& sweep, const NextRun& run) override {
    const std::string outcome = RunOutcomeText(sweep, run);
    if (!outcome.empty()) Say("  " + outcome);
  }
  void OnNote(std::string_view note) override { Say("note: " + std::string(note)); }
  controller::RunObserver& run_observer(const std::string&) override { return view_; }

 private:
  controller::TerminalView view_ = controller::TerminalView::For(STDERR_FILENO);
};

std::vector<std::string> AllUrls(const Sweep& sweep) {
  std::vector<std::string> urls;
  for (const SweepTarget& target : sweep.targets) {
    urls.insert(urls.end(), target.urls.begin(), target.urls.end());
  }
  return urls;
}

// Measures what is planned in `folder`, by agents of this machine.
int MeasureHere(const SweepFlags& flags, SweepRequest request, const controller::SweepFolder& files,
                SweepTeller& teller, const std::string& folder) {
  auto fleet = controller::Fleet::Start({.specctl_version = kVersion});
  if (!fleet.ok()) return Complain(kWhoSweeps, fleet.status(), kFailed);
  controller::ProbingNetwork network(LocalFleet(), [](std::string_view text) { Say(text); });
  const controller::InterruptSource interrupts;
  const controller::StopToken stop = interrupts.token();
  const controller::SweepMeans means{
      .folder = files, .fleet = **fleet, .network = network, .observer = teller};
  controller::SweepRunner runner(request.job, means, stop, request.sweep);
  if (auto asked = runner.AskTargets(); !asked.ok()) {
    Complain(kWhoSweeps, asked, kFailed);
    const std::string hint = NoServerHint(asked, AllUrls(request.sweep));
    if (!hint.empty()) Say(hint);
    return StatusOfResolve(asked);
  }
  const auto end = runner.Run();
  if (!end.ok()) return Complain(kWhoSweeps, end.status(), kFailed);
  fleet->reset();
  return ReportSweep({.who = kWhoSweeps, .folder = folder, .format = flags.format}, request.sweep,
                     *end);
}

struct Asked {
  SweepRequest request;
  std::vector<std::string> words;  // of its command line
};

// Measures what is planned in `folder`, which is there.
int Measure(const SweepFlags& flags, Asked asked, const std::string& folder, bool resumed) {
  SweepRequest& request = asked.request;
  auto files = controller::SweepFolder::Open(folder);
  if (!files.ok()) return Complain(kWhoSweeps, files.status(), kBadInput);
  SweepTeller teller;
  request.job.resumed = resumed;
  if (resumed) {
    const absl::Status recovered = controller::RecoverSweep(*files, teller, request.sweep);
    if (!recovered.ok()) return Complain(kWhoSweeps, recovered, kBadInput);
  }
  if (!flags.remote.is_remote()) {
    return MeasureHere(flags, std::move(request), *files, teller, folder);
  }
  // Of one that goes on the controller may have the job in which it was begun.
  const std::string job_id = resumed ? controller::NewRunId() : request.sweep.id;
  return SweepRemotely({.who = kWhoSweeps,
                        .words = std::move(asked.words),
                        .job_id = job_id,
                        .folder = folder,
                        .format = flags.format},
                       flags.remote,
                       {.sweep = std::move(request.sweep), .job = std::move(request.job)},
                       *std::move(files));
}

int DryRunOf(const Sweep& sweep) {
  std::string text =
      absl::StrFormat("%d runs, in this order:\n", sweep.points.size() + sweep.pairs.size());
  for (const SweepPoint& point : sweep.points) {
    text += absl::StrFormat("  %s%s\n", PointText(point.key),
                            point.role == PointRole::kAnchor ? "  (anchor)" : "");
  }
  for (const SweepPair& pair : sweep.pairs) {
    text += absl::StrFormat("  %s, in pairs with %s\n", PointText(pair.key), pair.baseline);
  }
  const absl::Status printed = PrintPage(text, std::cout);
  return printed.ok() ? kDone : Complain(kWhoSweeps, printed, kFailed);
}

// This machine, where its agents are to send the loads.
std::optional<controller::FleetFacts> FleetOf(const SweepFlags& flags) {
  if (flags.remote.is_remote()) return std::nullopt;
  return LocalFleet();
}

int Begin(const SweepFlags& flags, const std::vector<std::string>& words) {
  auto request = MakeSweep(flags, FleetOf(flags), KeptArguments(words));
  if (!request.ok()) return Complain(kWhoSweeps, request.status(), kBadInput);
  if (flags.dry_run) return DryRunOf(request->sweep);
  if (flags.remote.detach) {
    const std::string job_id = request->sweep.id;
    return SweepDetached(
        {.who = kWhoSweeps, .words = words, .job_id = job_id, .folder = "", .format = flags.format},
        flags.remote, {.sweep = std::move(request->sweep), .job = std::move(request->job)});
  }
  const std::string folder = flags.output_dir.value_or("sweeps/" + request->sweep.id);
  const auto output_dir = OutputDir::Prepare(folder);
  if (!output_dir.ok()) return Complain(kWhoSweeps, output_dir.status(), kBadInput);
  return Measure(flags, {.request = *std::move(request), .words = words}, folder, false);
}

// The flags of a sweep, from its kept command line.
absl::StatusOr<std::shared_ptr<SweepFlags>> ParseAgain(CLI::App& app,
                                                       std::vector<std::string> arguments) {
  auto flags = AddSweepFlags(app);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(absl::StrFormat("--resume: %s", error.what()));
  }
  return flags;
}

// `given`: as it was typed now, which says who measures what is left.
int Resume(const SweepFlags& given, const std::vector<std::string>& words) {
  const std::string& folder = *given.resume;
  auto before = controller::SweepFolder::Read(folder);
  if (!before.ok()) {
    return Complain(
        kWhoSweeps,
        absl::InvalidArgumentError("--resume " + std::string(before.status().message())),
        kBadInput);
  }
  auto arguments = ResumedArguments(before->arguments, words);
  if (!arguments.ok()) return Complain(kWhoSweeps, arguments.status(), kBadInput);
  CLI::App app;
  const auto flags = ParseAgain(app, *arguments);
  if (!flags.ok()) return Complain(kWhoSweeps, flags.status(), kBadInput);
  (*flags)->remote = given.remote;
  auto request = MakeSweep(**flags, FleetOf(**flags), KeptArguments(*arguments));
  if (!request.ok()) return Complain(kWhoSweeps, request.status(), kBadInput);
  if (auto same = TakeUpSweep(*std::move(before), *request); !same.ok()) {
    return Complain(kWhoSweeps, same, kBadInput);
  }
  return Measure(**flags, {.request = *std::move(request), .words = *arguments}, folder, true);
}

}  // namespace

void AddSweepCommand(CLI::App& app, std::vector<std::string> words, int& exit_status) {
  CLI::App* const command = app.add_subcommand(
      "sweep", "Measure a grid of loads, prompts and servers, and its Pareto curves");
  const auto flags = AddSweepFlags(*command);
  command->callback([flags, words = std::move(words), &exit_status] {
    if (flags->resume && (flags->output_dir || flags->remote.detach)) {
      const char* const other = flags->output_dir ? "--output-dir" : "--detach";
      exit_status = Complain(
          kWhoSweeps,
          absl::InvalidArgumentError(absl::StrFormat(
              "--resume: can't be combined with %s: the sweep stays in its folder", other)),
          kBadInput);
      return;
    }
    exit_status = flags->resume ? Resume(*flags, words) : Begin(*flags, words);
  });
}

}  // namespace specctl::cli
