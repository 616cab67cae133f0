#include "tools/specctl/export_command.h"

#include <iostream>
#include <memory>
#include <ostream>

#include <absl/status/status.h>
#include <CLI/CLI.hpp>

#include "common/report/artifacts.h"
#include "common/report/journal_replay.h"
#include "tools/flags/help_page.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/run_folder.h"

namespace specctl::cli {

int RunExport(const ExportOptions& options, std::ostream& err) {
  if (!options.chunks) {
    Say("specctl export: nothing to export: give --chunks", err);
    return kBadInput;
  }
  const auto fail = [&](const absl::Status& why) {
    Say("specctl export: " + std::string(why.message()), err);
    return absl::IsNotFound(why) ? kBadInput : kFailed;
  };
  const absl::StatusOr<std::string> run_dir = FindRun(options.run_dir);
  if (!run_dir.ok()) return fail(run_dir.status());
  const absl::StatusOr<JournalLoss> loss = ExportChunks(*run_dir, options.output);
  if (!loss.ok()) return fail(loss.status());
  for (const std::string& line : JournalLossLines(*run_dir, *loss)) {
    Say("specctl export: " + line, err);
  }
  return kDone;
}

void AddExportCommand(CLI::App& app, int& exit_status) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand("export", "Export the details of a run from its journal");
  command->add_option("RUN", options->run_dir, "Folder or id of a run")->required();
  command->add_flag("--chunks", options->chunks, "Export every token-bearing chunk, as JSON lines");
  command->add_option("--output", options->output, "File to write; \"-\" is standard output")
      ->capture_default_str();
  specctl::flags::SetHelp(
      *command, {.examples = {{.what = "every chunk of a run into a file",
                               .line = "specctl export 20261129-120142-80b3 --chunks --output "
                                       "chunks.jsonl"}},
                 .groups = {}});
  command->callback([options, &exit_status] { exit_status = RunExport(*options, std::cerr); });
}

}  // namespace specctl::cli
