// Matrix: models (or targets, or tags) x categories, as SPEED-Bench's guide prints it.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "common/matrix/matrix_request.h"
#include "common/matrix/run_cells.h"

namespace specctl {

struct MatrixRow {
  std::string name;
  std::map<std::string, MatrixCell> cells;  // by column
  std::map<std::string, std::string> runs;  // by column: the run's name
  std::optional<double> overall;            // unweighted mean of the cells with a value
  std::optional<double> pooled;             // all drafts, steps or requests together
  size_t valued = 0;                        // cells that `overall` is the mean of
};

struct MatrixRunFacts {
  std::string name, run_id, dataset, sha256, verdict;
  double ramp_and_warmup_s = 0;  // left out of acceptance by requests; 0: there was no warm-up
};

struct Matrix {
  MatrixRequest request;  // `metric` as it came out: kUserTps may stand for kThroughput
  // Those that any run has, in SPEED-Bench's order; alphabetically where some are not of it.
  std::vector<std::string> columns;
  std::vector<MatrixRow> rows;  // by name
  std::vector<MatrixRunFacts> runs;
  std::vector<std::string> notes;  // why cells are empty or marked; a line each
};

// INVALID_ARGUMENT     the runs do not fit together (CheckFit), or one has no column
// FAILED_PRECONDITION  not one cell has a value; says why
absl::StatusOr<Matrix> MakeMatrix(std::span<const MatrixRun> runs, const MatrixRequest& request);

// At most `columns` wide: where the matrix is wider, its columns stand in blocks below each other.
std::string MatrixTable(const Matrix& matrix, size_t columns);
// As AIPerf's speed-bench-report writes it: CRLF, two decimals, an empty cell where there is no
// value, without Pooled.  Where the metric is none of AIPerf's, the first field names it.
std::string MatrixCsv(const Matrix& matrix);
std::string MatrixJson(const Matrix& matrix);

}  // namespace specctl
