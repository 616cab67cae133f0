#include "tools/specctl/report_command.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <ostream>
#include <system_error>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>
#include <CLI/CLI.hpp>

#include "common/report/artifacts.h"
#include "common/report/journal_replay.h"
#include "common/report/page.h"
#include "tools/flags/help_page.h"
#include "tools/request/flag_values.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/output_dir.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/report_golden_al.h"
#include "tools/specctl/report_matrix.h"
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

namespace {

// Everything that the command line can say.
struct ReportFlags {
  std::vector<std::string> runs;
  ReportOptions report;
  std::string matrix, by, rows, output;  // empty: not given
};

absl::Status NeedsMatrix(std::string_view flag) { return BadFlag(flag, "needs --matrix METRIC"); }

absl::Status CheckWithoutMatrix(const ReportFlags& flags) {
  const std::string& format = flags.report.format.format;
  if (flags.runs.size() > 1) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "RUN: got %d; without --matrix one run is reported (compare puts runs side by side)",
        flags.runs.size()));
  }
  if (!flags.by.empty()) return NeedsMatrix("--by");
  if (!flags.rows.empty()) return NeedsMatrix("--rows");
  if (!flags.output.empty()) return NeedsMatrix("--output");
  if (format == "table" || format == "both") return NeedsMatrix("--format " + format);
  return absl::OkStatus();
}

absl::Status CheckWithMatrix(const ReportFlags& flags) {
  const ReportOptions& report = flags.report;
  if (!report.output_dir.empty()) {
    return BadFlag("--output-dir",
                   "does not go with --matrix, which writes no artifacts: --output "
                   "FILE takes the CSV or JSON");
  }
  if (!report.format.columns.empty()) return BadFlag("--columns", "does not go with --matrix");
  if (report.strict) return BadFlag("--strict", "does not go with --matrix");
  return absl::OkStatus();
}

// It is printed of the runs as they are.
absl::Status CheckGoldenAl(const ReportFlags& flags) {
  const ReportOptions& report = flags.report;
  const std::pair<const char*, bool> given[] = {{"--by", !flags.by.empty()},
                                                {"--rows", !flags.rows.empty()},
                                                {"--output-dir", !report.output_dir.empty()},
                                                {"--columns", !report.format.columns.empty()},
                                                {"--strict", report.strict}};
  for (const auto& [flag, is_given] : given) {
    if (is_given) return BadFlag(flag, "does not go with --format golden-al");
  }
  return absl::OkStatus();
}

MatrixOptions MatrixOptionsOf(const ReportFlags& flags) {
  MatrixOptions options{.runs = flags.runs, .metric = flags.matrix, .output = flags.output};
  if (!flags.by.empty()) options.by = flags.by;
  if (!flags.rows.empty()) options.rows = flags.rows;
  // What is the default without a matrix is a table with one.
  const std::string& format = flags.report.format.format;
  options.format = format == "text" ? "table" : format;
  options.columns = flags.report.columns;
  return options;
}

bool WantsGoldenAl(const ReportFlags& flags) { return flags.report.format.format == "golden-al"; }

int RunAsAsked(const ReportFlags& flags, std::ostream& out, std::ostream& err) {
  if (WantsGoldenAl(flags)) {
    if (!flags.matrix.empty()) {
      return Fail(BadFlag("--matrix", "does not go with --format golden-al"), err);
    }
    if (const absl::Status alone = CheckGoldenAl(flags); !alone.ok()) return Fail(alone, err);
    return RunGoldenAl(flags.runs, flags.output, out, err);
  }
  const bool matrix = !flags.matrix.empty();
  const absl::Status checked = matrix ? CheckWithMatrix(flags) : CheckWithoutMatrix(flags);
  if (!checked.ok()) return Fail(checked, err);
  if (matrix) return RunMatrix(MatrixOptionsOf(flags), out, err);
  ReportOptions report = flags.report;
  report.run_dir = flags.runs.front();
  return RunReport(report, out, err);
}

void AddMatrixFlags(CLI::App& command, ReportFlags& flags) {
  const std::string group = "Matrix over runs";
  command
      .add_option("--matrix", flags.matrix,
                  "Print models x categories of accept_length (tokens per draft), per_step, "
                  "delivered, accept_rate or throughput")
      ->group(group);
  command.add_option("--by", flags.by, "Columns: category, tier or isl [category]")->group(group);
  command.add_option("--rows", flags.rows, "Rows: model, target or tag:KEY [model]")->group(group);
  command
      .add_option("--output", flags.output,
                  "File for its CSV or JSON, or for golden-al [standard output; of both: "
                  "speed_bench_report.csv]")
      ->group(group);
}

flags::HelpOptions ReportHelp() {
  return {.examples = {{.what = "rebuild the page and all files",
                        .line = "specctl report 20261129-120142-80b3"},
                       {.what = "rebuild them in another folder, and print the summary",
                        .line = "specctl report runs/20261129-120142-80b3 --output-dir again "
                                "--format json"},
                       {.what = "print each figure as a row for a spreadsheet",
                        .line = "specctl report 20261129-120142-80b3 --format csv > figures.csv"},
                       {.what = "acceptance length of two models by SPEED-Bench category",
                        .line = "specctl report runs/a runs/b --matrix accept_length"},
                       {.what = "golden acceptance lengths, of a run for each draft length",
                        .line = "specctl report runs/k1 runs/k2 runs/k3 --format golden-al"}},
          .groups = {"Options", "Matrix over runs"}};
}

}  // namespace

void AddReportCommand(CLI::App& app, int& exit_status) {
  auto flags = std::make_shared<ReportFlags>();
  CLI::App* command = app.add_subcommand(
      "report", "Rebuild a run's artifacts from its journal, or show a matrix over runs");
  command
      ->add_option("RUN", flags->runs,
                   "Folder or id of a run; several with --matrix or --format golden-al")
      ->required()
      ->expected(-1);
  command->add_option("--output-dir", flags->report.output_dir,
                      "Folder to write to, new or empty [RUN itself]");
  AddResultsFlags(*command, flags->report.format, "Options",
                  {.names = {"table", "both", "golden-al"},
                   .help = "; of a matrix table, csv (as AIPerf's), both or json; "
                           "golden-al: InferenceX's YAML of acceptance lengths by draft length"});
  command->add_flag("--strict", flags->report.strict,
                    "Exit with status 3 if the verdict is invalid");
  AddMatrixFlags(*command, *flags);
  specctl::flags::SetHelp(*command, ReportHelp());
  command->callback([flags, &exit_status] {
    flags->report.colour = WantsColour();
    flags->report.columns = PageColumns();
    exit_status = RunAsAsked(*flags, std::cout, std::cerr);
  });
}

}  // namespace specctl::cli
