#include "tools/specctl/report_command.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <ostream>
#include <system_error>
#include <utility>

#include <absl/status/status.h>
#include <CLI/CLI.hpp>

#include "common/report/artifacts.h"
#include "common/report/journal_replay.h"
#include "common/report/page.h"
#include "tools/flags/help_page.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/output_dir.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/run_folder.h"
#include "tools/specctl/surroundings.h"

namespace specctl::cli {
namespace {

namespace fs = std::filesystem;

// A folder with other things in it is refused, so that no run's artifacts mix with another's.
// nullopt: nothing has to be made.
absl::StatusOr<std::optional<OutputDir>> MakeOutputDir(const ReportOptions& options) {
  std::error_code error;
  if (options.output_dir.empty() || !fs::is_directory(options.run_dir, error)) {
    return std::nullopt;  // a missing run is named by the replay, before anything is made
  }
  // Named in another way, e.g. with a slash at its end: it is the run's own, and not empty.
  if (fs::equivalent(options.output_dir, options.run_dir, error)) return std::nullopt;
  auto prepared = OutputDir::Prepare(options.output_dir);
  if (!prepared.ok()) return prepared.status();
  return *std::move(prepared);
}

bool IsBadInput(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsInvalidArgument(status);
}

int Fail(const absl::Status& status, std::ostream& err) {
  Say("specctl report: " + std::string(status.message()), err);
  return IsBadInput(status) ? kBadInput : kFailed;
}

}  // namespace

int RunReport(const ReportOptions& asked, std::ostream& out, std::ostream& err) {
  if (const absl::Status checked = CheckResultsFormat(asked.format); !checked.ok()) {
    return Fail(checked, err);
  }
  ReportOptions options = asked;
  absl::StatusOr<std::string> run_dir = FindRun(asked.run_dir);
  if (!run_dir.ok()) return Fail(run_dir.status(), err);
  options.run_dir = *std::move(run_dir);
  // Before the replay, which may take long.  What was made goes again if nothing is written to it.
  const auto made = MakeOutputDir(options);
  if (!made.ok()) return Fail(made.status(), err);
  const std::string& output_dir = options.output_dir.empty() ? options.run_dir : options.output_dir;
  const absl::StatusOr<Results> results = WriteArtifacts(options.run_dir, output_dir);
  if (!results.ok()) return Fail(results.status(), err);
  const JournalLoss loss = {.torn_bytes = results->journal_torn_bytes,
                            .damage = results->journal_damage};
  for (const std::string& line : JournalLossLines(options.run_dir, loss)) {
    Say("specctl report: " + line, err);
  }
  const PageOptions page{.run_dir = output_dir, .columns = options.columns, .statistics = {}};
  const absl::Status printed = PrintResults(*results, options.format, page, options.colour, out);
  if (!printed.ok()) {
    Say("specctl report: " + std::string(printed.message()), err);
    // They are written before the page: only printing failed.
    Say("the run's artifacts are in " + output_dir, err);
    return kFailed;
  }
  const bool invalid = results->verdict.state == VerdictState::kInvalid;
  return options.strict && invalid ? kInvalidVerdict : kDone;
}

void AddReportCommand(CLI::App& app, int& exit_status) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand("report", "Rebuild a run's artifacts from its journal");
  command->add_option("RUN", options->run_dir, "Folder or id of a run")->required();
  command->add_option("--output-dir", options->output_dir,
                      "Folder to write to, new or empty [RUN itself]");
  AddResultsFlags(*command, options->format, "Options");
  command->add_flag("--strict", options->strict, "Exit with status 3 if the verdict is invalid");
  specctl::flags::SetHelp(
      *command,
      {.examples = {{.what = "rebuild the page and all files",
                     .line = "specctl report 20261129-120142-80b3"},
                    {.what = "rebuild them in another folder, and print the summary",
                     .line = "specctl report runs/20261129-120142-80b3 --output-dir again "
                             "--format json"},
                    {.what = "print each figure as a row for a spreadsheet",
                     .line = "specctl report 20261129-120142-80b3 --format csv > figures.csv"}},
       .groups = {}});
  command->callback([options, &exit_status] {
    options->colour = WantsColour();
    options->columns = PageColumns();
    exit_status = RunReport(*options, std::cout, std::cerr);
  });
}

}  // namespace specctl::cli
