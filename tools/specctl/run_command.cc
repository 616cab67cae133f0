#include "tools/specctl/run_command.h"

#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "controller/fleet/fleet.h"
#include "controller/live/terminal_view.h"
#include "controller/measure/measure.h"
#include "controller/measure/resolve.h"
#include "controller/run/interrupt_source.h"
#include "tools/specctl/dry_run_text.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/local_fleet.h"
#include "tools/specctl/local_request.h"
#include "tools/specctl/no_server_hint.h"
#include "tools/specctl/output_dir.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/remote_run.h"
#include "tools/specctl/run_flags.h"
#include "tools/specctl/run_report.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

constexpr std::string_view kWho = "specctl run";

int DryRun(controller::MeasureRequest request) {
  const auto planned = controller::ResolveWorkload(std::move(request), LocalFleet());
  if (!planned.ok()) return Complain(kWho, planned.status(), kBadInput);
  const auto text = DryRunText(planned->workload, planned->request.spec);
  if (!text.ok()) return Complain(kWho, text.status(), kBadInput);
  const absl::Status printed = PrintPage(*text, std::cout);
  return printed.ok() ? kDone : Complain(kWho, printed, kFailed);
}

// Asks the targets; what goes wrong with them is told, with what helps.
absl::StatusOr<controller::ResolvedRun> ResolveAndTell(controller::MeasureRequest request,
                                                       controller::Fleet& fleet) {
  const std::vector<std::string> urls = TargetUrls(request.spec);
  if (request.spec.tls.insecure) {
    Say("--insecure: TLS certificates are not verified; whoever answers may not be the server");
  }
  controller::ProbingNetwork network(FactsOf(fleet), [](std::string_view text) { Say(text); });
  auto run = controller::Resolve(std::move(request), network);
  if (!run.ok()) {
    Complain(kWho, run.status(), kFailed);
    const std::string hint = NoServerHint(run.status(), urls);
    if (!hint.empty()) Say(hint);
    return run;
  }
  for (const std::string& note : run->notes) Say("note: " + note);
  return run;
}

int Run(const RunFlags& flags, const std::vector<std::string>& words) {
  auto request = LocalRequest(flags);
  if (!request.ok()) return Complain(kWho, request.status(), kBadInput);
  if (flags.dry_run) return DryRun(*std::move(request));
  if (flags.remote.is_remote()) {
    return RunRemotely(flags, *std::move(request), words);
  }
  const std::string run_dir = flags.output_dir.value_or("runs/" + request->spec.run_id);
  // Before anything is sent: a run whose folder can't be written would be for nothing.
  const auto output_dir = OutputDir::Prepare(run_dir);
  if (!output_dir.ok()) return Complain(kWho, output_dir.status(), kBadInput);
  auto fleet = controller::Fleet::Start({.specctl_version = kVersion});
  if (!fleet.ok()) return Complain(kWho, fleet.status(), kFailed);
  // The agents start while the targets are asked; what is wrong with their number, Resolve says.
  absl::Status started;
  const auto agents =
      controller::FitFleet(request->spec.load.shape, request->agents, FactsOf(**fleet));
  if (agents.ok()) started = (*fleet)->Grow(*agents);
  auto run = ResolveAndTell(*std::move(request), **fleet);
  if (!run.ok()) return StatusOfResolve(run.status());
  if (!started.ok()) return Complain(kWho, started, kFailed);
  const controller::InterruptSource interrupts;
  controller::TerminalView view = controller::TerminalView::For(STDERR_FILENO);
  const auto outcome =
      controller::Measure(*run, {.path = run_dir}, **fleet, interrupts.token(), view);
  if (!outcome.ok()) return Complain(kWho, outcome.status(), kFailed);
  const RunEnded& ended = outcome->ended;
  if (ended.end != RunEnd::kCompleted) Say("specctl run: " + ended.reason);
  // The agents end before the journal is read: both would compete for the cores.
  fleet->reset();
  return ReportRun({.who = kWho, .run_dir = run_dir, .end = ended.end, .strict = flags.strict},
                   flags.format);
}

}  // namespace

void AddRunCommand(CLI::App& app, std::vector<std::string> words, int& exit_status) {
  CLI::App* command =
      app.add_subcommand("run", "Measure: send the prompts and timestamp every chunk");
  const auto flags = AddRunFlags(*command);
  command->callback(
      [flags, words = std::move(words), &exit_status] { exit_status = Run(*flags, words); });
}

}  // namespace specctl::cli
