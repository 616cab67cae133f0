#include "tools/specctl/export_command.h"

#include <iostream>
#include <memory>
#include <ostream>

#include <absl/status/status.h>
#include <CLI/CLI.hpp>

#include "common/report/artifacts.h"
#include "common/report/journal_replay.h"
#include "tools/specctl/exit_status.h"

namespace specctl::cli {

int RunExport(const ExportOptions& options, std::ostream& err) {
  if (!options.chunks) {
    err << "specctl export: name what to export: --chunks\n";
    return kBadInput;
  }
  const absl::StatusOr<JournalLoss> loss = ExportChunks(options.run_dir, options.output);
  if (!loss.ok()) {
    err << "specctl export: " << std::string(loss.status().message()) << "\n";
    return absl::IsNotFound(loss.status()) ? kBadInput : kFailed;
  }
  for (const std::string& line : JournalLossLines(options.run_dir, *loss)) {
    err << "specctl export: " << line << "\n";
  }
  return kDone;
}

void AddExportCommand(CLI::App& app, int& exit_status) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand("export", "Write a run's detail from its journal");
  command->add_option("RUN", options->run_dir, "folder that the run left, runs/<id>")->required();
  command->add_flag("--chunks", options->chunks, "each token-bearing chunk, as JSON lines");
  command->add_option("--output", options->output, "file to write (\"-\": standard output)")
      ->capture_default_str();
  command->callback([options, &exit_status] { exit_status = RunExport(*options, std::cerr); });
}

}  // namespace specctl::cli
