// What one run has for a matrix: its rows, its columns and the values where they meet.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "common/analysis/results.h"
#include "common/matrix/matrix_request.h"

namespace specctl {

struct MatrixRun {
  std::string name;  // as the user named it
  Results results;
};

struct MatrixCell {
  std::optional<double> value;
  double weight = 0;      // drafts, steps, drafted tokens or requests that the value is a mean over
  uint64_t requests = 0;  // ok ones
  double covered = 0;     // share of them that tell it
  std::string source;     // "per_request", "counters", ..., of throughput "arrivals"
  bool approximate = false;  // from chunks, and how many steps are merged is unknown
  std::string why_none;      // without a value
};

struct RunCell {
  std::string row, column;
  MatrixCell cell;
};

inline constexpr std::string_view kUnknownSetup = "unknown";

// What a row was measured with: runs that share a row must agree in it.
struct RowSetup {
  std::string row;
  std::string where;  // the target's label
  std::string model, engine, speculation, method, drafter,
      draft_length;  // kUnknownSetup: nobody tells
};

struct RunCells {
  const MatrixRun* run = nullptr;
  bool one_column = false;  // every request that was sent is in it
  std::set<std::string> columns;
  std::vector<RunCell> cells;    // by row and column
  std::vector<RowSetup> setups;  // by row and target
};

// Of a target, whatever its row: `row` is empty, the model is the one that it serves or is asked
// for.
RowSetup SetupOfTarget(const Results& results, uint32_t target);

// Counters count everything that their servers did: they are of the run where every server was read
// and nobody else asked them anything.
bool CountersAreOfTheRun(const Results& results);

// Which columns the run has.  INVALID_ARGUMENT: none, or rows by a tag that it lacks; names the
// run.
absl::StatusOr<RunCells> ColumnsOfRun(const MatrixRun& run, const MatrixRequest& request);

// Adds the cells and setups.  Acceptance is of the ok requests of the whole run, less those of ramp
// and warm-up where there was a warm-up; where requests don't tell it and the run has one column,
// by the servers' counters.  Throughput is the headline's.
void AddCells(const MatrixRequest& request, RunCells& run);

}  // namespace specctl
