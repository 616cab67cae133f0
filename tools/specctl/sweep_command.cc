#include "tools/specctl/sweep_command.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/planning/pareto_csv.h"
#include "common/planning/sweep_json.h"
#include "common/sweep/sweep_page.h"
#include "controller/fleet/fleet.h"
#include "controller/live/terminal_view.h"
#include "controller/run/interrupt_source.h"
#include "controller/sweep/sweep_recovery.h"
#include "controller/sweep/sweep_runner.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/local_fleet.h"
#include "tools/specctl/no_server_hint.h"
#include "tools/specctl/output_dir.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/surroundings.h"
#include "tools/specctl/sweep_arguments.h"
#include "tools/specctl/sweep_flags.h"
#include "tools/specctl/sweep_request.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

constexpr std::string_view kWhoSweeps = "specctl sweep";

// Tells of each run on stderr, a line before it and one after it.
class SweepTeller final : public controller::SweepObserver {
 public:
  void OnRunBegin(const Sweep& sweep, const NextRun& run) override {
    Say(absl::StrFormat("%s %s", Place(sweep, run), Name(sweep, run)));
  }
  void OnRunEnd(const Sweep& sweep, const NextRun& run) override {
    if (run.kind == NextRun::Kind::kPair) {
      const SweepPair& pair = sweep.pairs[run.index];
      if (pair.state == PointState::kFailed) Say("  failed: " + pair.reason);
      return;
    }
    const SweepPoint& point = sweep.points[run.index];
    if (point.state == PointState::kFailed) Say("  failed: " + point.reason);
    if (point.state == PointState::kDone) Say("  " + PointSummary(point));
  }
  void OnNote(std::string_view note) override { Say("note: " + std::string(note)); }
  controller::RunObserver& run_observer() override { return view_; }

 private:
  // "[3/12]", of what is planned by now.
  static std::string Place(const Sweep& sweep, const NextRun& run) {
    const auto over = [](const auto& each) { return each.state != PointState::kPlanned; };
    const auto done = std::count_if(sweep.points.begin(), sweep.points.end(), over) +
                      std::count_if(sweep.pairs.begin(), sweep.pairs.end(), over);
    return absl::StrFormat("[%d/%d]%s", done + 1, sweep.points.size() + sweep.pairs.size(),
                           run.kind == NextRun::Kind::kPair ? " pair" : "");
  }
  static std::string Name(const Sweep& sweep, const NextRun& run) {
    if (run.kind == NextRun::Kind::kPair) {
      const SweepPair& pair = sweep.pairs[run.index];
      return absl::StrFormat("%s and %s", pair.baseline, PointText(pair.key));
    }
    const SweepPoint& point = sweep.points[run.index];
    std::string text = PointText(point.key);
    if (point.role == PointRole::kAnchor) text += ", again as the anchor";
    if (point.role == PointRole::kRepeat) text += ", again for a narrower interval";
    return text;
  }

  controller::TerminalView view_ = controller::TerminalView::For(STDERR_FILENO);
};

std::vector<std::string> AllUrls(const Sweep& sweep) {
  std::vector<std::string> urls;
  for (const SweepTarget& target : sweep.targets) {
    urls.insert(urls.end(), target.urls.begin(), target.urls.end());
  }
  return urls;
}

absl::Status Print(const SweepFlags& flags, const Sweep& sweep, const std::string& folder) {
  if (flags.format == "json") return PrintJson(SweepJson(sweep), std::cout);
  if (flags.format == "csv") return PrintPage(ParetoCsv(sweep), std::cout);
  return PrintPage(SweepPage(sweep, {.folder = folder, .columns = PageColumns()}), std::cout);
}

// What was measured is told, also where not all of it was.
int Report(const SweepFlags& flags, const Sweep& sweep, const std::string& folder,
           controller::SweepEnd end) {
  const absl::Status printed = Print(flags, sweep, folder);
  if (!printed.ok()) return Complain(kWhoSweeps, printed, kFailed);
  if (end == controller::SweepEnd::kInterrupted) {
    Say("interrupted; to go on: specctl sweep --resume " + folder);
    return kInterrupted;
  }
  const bool any_done =
      std::any_of(sweep.points.begin(), sweep.points.end(),
                  [](const SweepPoint& point) { return point.state == PointState::kDone; });
  const auto failed = [](const auto& run) { return run.state == PointState::kFailed; };
  const bool any_failed = std::any_of(sweep.points.begin(), sweep.points.end(), failed) ||
                          std::any_of(sweep.pairs.begin(), sweep.pairs.end(), failed);
  if (any_failed)
    Say("some points or pairs failed; to measure them again: specctl sweep --resume " + folder);
  return any_done && !any_failed ? kDone : kFailed;
}

// Measures what is planned in `folder`, which is there.
int Measure(const SweepFlags& flags, SweepRequest request, const std::string& folder,
            bool resumed) {
  auto files = controller::SweepFolder::Open(folder);
  if (!files.ok()) return Complain(kWhoSweeps, files.status(), kBadInput);
  SweepTeller teller;
  request.job.resumed = resumed;
  if (resumed) {
    const absl::Status recovered = controller::RecoverSweep(*files, teller, request.sweep);
    if (!recovered.ok()) return Complain(kWhoSweeps, recovered, kBadInput);
  }
  auto fleet = controller::Fleet::Start({.specctl_version = kVersion});
  if (!fleet.ok()) return Complain(kWhoSweeps, fleet.status(), kFailed);
  controller::ProbingNetwork network(LocalFleet(), [](std::string_view text) { Say(text); });
  const controller::InterruptSource interrupts;
  const controller::StopToken stop = interrupts.token();
  const controller::SweepMeans means{
      .folder = *files, .fleet = **fleet, .network = network, .observer = teller};
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
  return Report(flags, request.sweep, folder, *end);
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

int Begin(const SweepFlags& flags, const std::vector<std::string>& words) {
  auto request = MakeSweep(flags, LocalFleet(), KeptArguments(words));
  if (!request.ok()) return Complain(kWhoSweeps, request.status(), kBadInput);
  if (flags.dry_run) return DryRunOf(request->sweep);
  const std::string folder = flags.output_dir.value_or("sweeps/" + request->sweep.id);
  const auto output_dir = OutputDir::Prepare(folder);
  if (!output_dir.ok()) return Complain(kWhoSweeps, output_dir.status(), kBadInput);
  return Measure(flags, *std::move(request), folder, false);
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

int Resume(const std::string& folder, const std::vector<std::string>& words) {
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
  auto request = MakeSweep(**flags, LocalFleet(), KeptArguments(*arguments));
  if (!request.ok()) return Complain(kWhoSweeps, request.status(), kBadInput);
  if (auto same = TakeUpSweep(*std::move(before), *request); !same.ok()) {
    return Complain(kWhoSweeps, same, kBadInput);
  }
  return Measure(**flags, *std::move(request), folder, true);
}

}  // namespace

void AddSweepCommand(CLI::App& app, std::vector<std::string> words, int& exit_status) {
  CLI::App* const command = app.add_subcommand(
      "sweep", "Measure a grid of loads, prompts and servers, and its Pareto curves");
  const auto flags = AddSweepFlags(*command);
  command->callback([flags, words = std::move(words), &exit_status] {
    if (flags->resume && flags->output_dir) {
      exit_status = Complain(kWhoSweeps,
                             absl::InvalidArgumentError(
                                 "--resume: can't be combined with --output-dir: the sweep stays "
                                 "in its folder"),
                             kBadInput);
      return;
    }
    exit_status = flags->resume ? Resume(*flags->resume, words) : Begin(*flags, words);
  });
}

}  // namespace specctl::cli
