// specctl: how fast is this LLM cluster under production concurrency, and does speculation pay?
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

#include <CLI/CLI.hpp>

#include "common/base/die_with_parent.h"
#include "tools/flags/help_page.h"
#include "tools/sim/sim_command.h"
#include "tools/specctl/agent_command.h"
#include "tools/specctl/certs_command.h"
#include "tools/specctl/compare_command.h"
#include "tools/specctl/controller_command.h"
#include "tools/specctl/dataset_command.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/export_command.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/job_commands.h"
#include "tools/specctl/plan_command.h"
#include "tools/specctl/preflight_command.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/probe_command.h"
#include "tools/specctl/report_command.h"
#include "tools/specctl/run_command.h"
#include "tools/specctl/standard_files.h"
#include "tools/specctl/sweep_arguments.h"
#include "tools/specctl/sweep_command.h"
#include "tools/specctl/version.h"

namespace specctl::cli {
namespace {

// Prints what --help and --version ask for, or what is wrong with the flags: nothing was sent.
int EndOf(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream page;
  // CLI11 has written the failure itself; only pages go through PrintPage().
  if (app.exit(error, page) != 0) return kBadInput;
  const absl::Status printed = PrintPage(page.str(), std::cout);
  return printed.ok() ? kDone : Complain("specctl", printed, kFailed);
}

// Of children that specctl starts; before the command, whose work it precedes.
void AddParentFlag(CLI::App& app) {
  const auto bind = [](const pid_t& parent) {
    DieWithParent();
    if (::getppid() != parent) std::_Exit(kFailed);  // it was gone already
  };
  app.add_option_function<pid_t>("--parent-pid", bind,
                                 "For processes that specctl starts: the process to end with")
      ->group("");
}

flags::HelpOptions ProgramHelp() {
  return {
      .examples = {{.what = "inspect a server", .line = "specctl probe http://vllm-0:8000"},
                   {.what = "measure it with 64 requests in flight for a minute",
                    .line = "specctl run --url http://vllm-0:8000 --bs 64 --duration 60s"},
                   {.what =
                        "try it without a GPU: start a simulated engine, then in another terminal",
                    .line = "specctl sim\n  specctl run --bs 64 --duration 60s"},
                   {.what = "rebuild the page and files of a run",
                    .line = "specctl report runs/20261129-120142-80b3"},
                   {.what = "all flags of a command", .line = "specctl run --help"}},
      .groups = {}};
}

}  // namespace
}  // namespace specctl::cli

int main(int argc, char** argv) {
  using namespace specctl;
  // Before any file is opened: it could get the number of standard output.
  if (const absl::Status opened = cli::OpenStandardFiles(); !opened.ok()) {
    return cli::Complain("specctl", opened, cli::kFailed);
  }
  CLI::App app(
      "Measures LLM serving clusters under production concurrency, with speculative "
      "decoding on or off",
      "specctl");
  app.set_version_flag("--version", std::string("specctl ") + cli::kVersion);
  app.require_subcommand(1);
  cli::AddParentFlag(app);
  app.failure_message(cli::FailureText);
  flags::SetHelp(app, {});  // for every command that sets none of its own
  int exit_status = 0;
  cli::AddRunCommand(app, cli::WordsOf("run", argc, argv), exit_status);
  cli::AddSweepCommand(app, cli::WordsOf("sweep", argc, argv), exit_status);
  cli::AddReportCommand(app, exit_status);
  cli::AddCompareCommand(app, exit_status);
  cli::AddPlanCommand(app, exit_status);
  cli::AddExportCommand(app, exit_status);
  cli::AddDatasetCommand(app, exit_status);
  cli::AddProbeCommand(app, exit_status);
  cli::AddPreflightCommand(app, exit_status);
  sim::AddSimCommand(app, exit_status);
  cli::AddAgentCommand(app, exit_status);
  cli::AddCertsCommand(app, exit_status);
  cli::AddControllerCommand(app, exit_status);
  cli::AddJobCommands(app, exit_status);
  flags::SetHelp(app, cli::ProgramHelp());
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli::EndOf(app, error);
  }
  return exit_status;
}
