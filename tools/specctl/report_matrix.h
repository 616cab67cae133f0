// `specctl report RUN... --matrix METRIC`: models x categories over runs.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/matrix/matrix_request.h"
#include "common/matrix/run_cells.h"

namespace specctl::cli {

struct MatrixOptions {
  std::vector<std::string> runs;  // folders, or the ids that they printed
  std::string metric;             // of --matrix
  std::string by = "category";
  std::string rows = "model";
  std::string format = "table";  // or csv, both, json
  std::string output;            // file of the CSV or JSON; empty: see RunMatrix
  size_t columns = 0;            // of the terminal
};

// Prints table, CSV or JSON to `out` (CSV and JSON into `output`, if one is named); `both` prints
// the table and writes the CSV into `output`, speed_bench_report.csv where none is named, as AIPerf
// does.  Nothing is written into the runs.  Warnings and errors go to `err`.
// Exit status: 0; 1 a damaged journal, no value at all, or output that can't be written; 2 bad
// flags, no such run, or runs that don't fit together.
int RunMatrix(const MatrixOptions& options, std::ostream& out, std::ostream& err);

// The runs' results, under the names that they were given by; what was lost of a journal is said on
// `err`, after `who`.  Errors as of FindRun() and ReadResults().
absl::StatusOr<std::vector<MatrixRun>> ReadRuns(const std::vector<std::string>& runs,
                                                std::string_view who, std::ostream& err);

}  // namespace specctl::cli
