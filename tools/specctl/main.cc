// specctl: how fast is this LLM cluster under production concurrency, and does speculation pay?
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "tools/sim/sim_command.h"
#include "tools/specctl/agent_command.h"
#include "tools/specctl/dataset_command.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/export_command.h"
#include "tools/specctl/planned_commands.h"
#include "tools/specctl/preflight_command.h"
#include "tools/specctl/probe_command.h"
#include "tools/specctl/report_command.h"
#include "tools/specctl/run_command.h"
#include "tools/specctl/standard_files.h"
#include "tools/specctl/version.h"

int main(int argc, char** argv) {
  using namespace specctl;
  if (const absl::Status opened = cli::OpenStandardFiles(); !opened.ok()) {
    std::fprintf(stderr, "specctl: %s\n", std::string(opened.message()).c_str());
    return cli::kFailed;
  }
  CLI::App app(
      "Measures LLM serving clusters under production concurrency, with speculative "
      "decoding on or off",
      "specctl");
  app.set_version_flag("--version", std::string("specctl ") + cli::kVersion);
  app.require_subcommand(1);
  int exit_status = 0;
  cli::AddRunCommand(app, exit_status);
  cli::AddReportCommand(app, exit_status);
  cli::AddExportCommand(app, exit_status);
  cli::AddDatasetCommand(app, exit_status);
  cli::AddProbeCommand(app, exit_status);
  cli::AddPreflightCommand(app, exit_status);
  sim::AddSimCommand(app, exit_status);
  cli::AddAgentCommand(app, exit_status);
  cli::AddPlannedCommands(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // 0 for --help and --version; else bad usage, and nothing was sent.
    return app.exit(error) == 0 ? 0 : 2;
  }
  return exit_status;
}
