#include "tools/specctl/report_matrix.h"

#include <array>
#include <ostream>
#include <utility>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include "common/matrix/matrix.h"
#include "common/report/journal_replay.h"
#include "common/report/output_file.h"
#include "tools/request/flag_values.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/print_page.h"
#include "tools/specctl/run_folder.h"

namespace specctl::cli {
namespace {

constexpr std::string_view kReportWho = "specctl report: ";
constexpr std::string_view kAiperfsFile = "speed_bench_report.csv";

// What is asked for, checked before any journal is read.
absl::StatusOr<MatrixRequest> CheckMatrixFlags(const MatrixOptions& options) {
  const absl::StatusOr<MatrixMetric> metric = ParseMatrixMetric(options.metric);
  if (!metric.ok()) return metric.status();
  const absl::StatusOr<MatrixBy> by = ParseMatrixBy(options.by);
  if (!by.ok()) return by.status();
  absl::StatusOr<MatrixRows> rows = ParseMatrixRows(options.rows);
  if (!rows.ok()) return rows.status();
  if (options.format == "table" && !options.output.empty()) {
    return BadFlag("--output", "needs --format csv, both or json: the table is printed");
  }
  return MatrixRequest{.metric = *metric, .by = *by, .rows = *std::move(rows)};
}

absl::Status WriteMatrix(const std::string& path, const std::string& text, std::string_view what,
                         std::ostream& err) {
  if (absl::Status written = WriteFile(path, text); !written.ok()) return written;
  // Not among what is printed: that may be piped on.
  Say(absl::StrFormat("%s written to %s", what, path), err);
  return absl::OkStatus();
}

absl::Status DeliverMatrix(const Matrix& matrix, const MatrixOptions& options, std::ostream& out,
                           std::ostream& err) {
  const bool table = options.format == "table" || options.format == "both";
  if (table) {
    const absl::Status printed = PrintPage(MatrixTable(matrix, options.columns), out);
    if (!printed.ok() || options.format == "table") return printed;
  }
  const bool json = options.format == "json";
  const std::string text = json ? MatrixJson(matrix) : MatrixCsv(matrix);
  std::string path = options.output;
  if (path.empty() && options.format == "both") path = kAiperfsFile;
  // PrintPage() would replace the CSV's carriage returns.
  if (path.empty()) return PrintJson(text, out);
  return WriteMatrix(path, text, json ? "JSON" : "CSV", err);
}

int FailMatrix(const absl::Status& why, std::ostream& err) {
  Say(std::string(kReportWho) + std::string(why.message()), err);
  return absl::IsNotFound(why) || absl::IsInvalidArgument(why) ? kBadInput : kFailed;
}

}  // namespace

absl::StatusOr<std::vector<MatrixRun>> ReadRuns(const std::vector<std::string>& runs,
                                                std::string_view who, std::ostream& err) {
  std::vector<MatrixRun> read;
  for (const std::string& named : runs) {
    const absl::StatusOr<std::string> folder = FindRun(named);
    if (!folder.ok()) return folder.status();
    absl::StatusOr<Results> results = ReadResults(*folder);
    if (!results.ok()) return results.status();
    const JournalLoss loss = {.torn_bytes = results->journal_torn_bytes,
                              .damage = results->journal_damage};
    for (const std::string& line : JournalLossLines(*folder, loss)) {
      Say(std::string(who) + line, err);
    }
    read.push_back({.name = named, .results = *std::move(results)});
  }
  return read;
}

int RunMatrix(const MatrixOptions& options, std::ostream& out, std::ostream& err) {
  const absl::StatusOr<MatrixRequest> request = CheckMatrixFlags(options);
  if (!request.ok()) return FailMatrix(request.status(), err);
  const absl::StatusOr<std::vector<MatrixRun>> runs = ReadRuns(options.runs, kReportWho, err);
  if (!runs.ok()) return FailMatrix(runs.status(), err);
  const absl::StatusOr<Matrix> matrix = MakeMatrix(*runs, *request);
  if (!matrix.ok()) return FailMatrix(matrix.status(), err);
  const absl::Status delivered = DeliverMatrix(*matrix, options, out, err);
  return delivered.ok() ? kDone : FailMatrix(delivered, err);
}

}  // namespace specctl::cli
