#include "common/matrix/matrix.h"

#include <algorithm>
#include <set>
#include <utility>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/analysis/acceptance_basis.h"
#include "common/base/clock.h"
#include "common/dataset/dataset_name.h"
#include "common/matrix/matrix_fit.h"
#include "common/report/number_text.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

std::span<const std::string_view> KnownColumns(MatrixBy by) {
  switch (by) {
    case MatrixBy::kTier:
      return EntropyTiers();
    case MatrixBy::kIsl:
      return ThroughputIsls();
    default:
      return QualitativeCategories();
  }
}

std::vector<std::string> OrderedColumns(const std::set<std::string>& columns, MatrixBy by) {
  // A throughput set's category is its tier.
  for (const auto known : {KnownColumns(by), EntropyTiers()}) {
    std::vector<std::string> ordered;
    for (const std::string_view name : known) {
      if (columns.contains(std::string(name))) ordered.emplace_back(name);
    }
    if (ordered.size() == columns.size()) return ordered;
  }
  return {columns.begin(), columns.end()};
}

MatrixRunFacts FactsOf(const MatrixRun& run) {
  const Results& results = run.results;
  MatrixRunFacts facts{.name = run.name,
                       .run_id = results.spec.run_id,
                       .dataset = DatasetLabel(results.spec.dataset),
                       .sha256 = results.spec.dataset.sha256,
                       .verdict = std::string(VerdictName(results.verdict.state))};
  const LoadSpec& load = results.spec.load;
  if (load.warmup > Nanos(0)) {
    facts.ramp_and_warmup_s = std::chrono::duration<double>(load.ramp + load.warmup).count();
  }
  return facts;
}

// Throughput of several runs has no sum that means anything.
bool CanPool(MatrixMetric metric) { return metric != MatrixMetric::kThroughput; }

void SumUp(MatrixMetric metric, MatrixRow& row) {
  double sum = 0, weighted = 0, weight = 0;
  for (const auto& [column, cell] : row.cells) {
    if (!cell.value) continue;
    sum += *cell.value;
    weighted += *cell.value * cell.weight;
    weight += cell.weight;
    ++row.valued;
  }
  if (row.valued == 0) return;
  row.overall = sum / static_cast<double>(row.valued);
  if (CanPool(metric) && weight > 0) row.pooled = weighted / weight;
}

class Builder {
 public:
  Builder(std::span<const RunCells> runs, const MatrixRequest& request)
      : runs_(runs), matrix_{.request = request} {}

  Matrix Build() && {
    std::set<std::string> columns;
    std::map<std::string, MatrixRow> rows;
    for (const RunCells& run : runs_) {
      columns.insert(run.columns.begin(), run.columns.end());
      matrix_.runs.push_back(FactsOf(*run.run));
      for (const RunCell& cell : run.cells) {
        MatrixRow& row = rows[cell.row];
        row.name = cell.row;
        row.cells[cell.column] = cell.cell;
        row.runs[cell.column] = run.run->name;
      }
    }
    matrix_.columns = OrderedColumns(columns, matrix_.request.by);
    for (auto& [name, row] : rows) {
      SumUp(matrix_.request.metric, row);
      matrix_.rows.push_back(std::move(row));
    }
    AddNotes();
    return std::move(matrix_);
  }

 private:
  void Note(std::string text) { matrix_.notes.push_back(std::move(text)); }

  // "coding, math of m": the cells that a predicate holds for, by row.
  template <class Predicate>
  std::string CellsWhere(const Predicate& holds) const {
    std::vector<std::string> rows;
    for (const MatrixRow& row : matrix_.rows) {
      std::vector<std::string> columns;
      for (const std::string& column : matrix_.columns) {
        const auto found = row.cells.find(column);
        if (found != row.cells.end() && holds(found->second)) columns.push_back(column);
      }
      if (columns.empty()) continue;
      const bool all = columns.size() == row.cells.size();
      rows.push_back((all ? "all" : absl::StrJoin(columns, ", ")) + " of " + row.name);
    }
    return absl::StrJoin(rows, "; ");
  }

  void AddNotes() {
    std::set<std::string> reasons;
    for (const MatrixRow& row : matrix_.rows) {
      for (const auto& [column, cell] : row.cells) {
        if (!cell.value) reasons.insert(cell.why_none);
      }
    }
    for (const std::string& reason : reasons) {
      const auto has = [&](const MatrixCell& cell) {
        return !cell.value && cell.why_none == reason;
      };
      Note(absl::StrFormat("empty: %s: %s", CellsWhere(has), reason));
    }
    const std::string approximate =
        CellsWhere([](const MatrixCell& cell) { return cell.value && cell.approximate; });
    if (!approximate.empty()) {
      Note("approximate: " + approximate +
           ": from chunks, and how many steps are merged is unknown");
    }
    const std::string partial = CellsWhere(
        [](const MatrixCell& cell) { return cell.value && cell.covered < kSourceShareLabelled; });
    if (!partial.empty()) Note("not of all requests: " + partial);
    AddOverallNotes();
    AddRunNotes();
  }

  void AddOverallNotes() {
    for (const MatrixRow& row : matrix_.rows) {
      if (row.valued == 0 || row.valued == matrix_.columns.size()) continue;
      Note(absl::StrFormat("Overall of %s is of %d of %d columns: not to be compared with others",
                           row.name, row.valued, matrix_.columns.size()));
    }
  }

  void AddRunNotes() {
    const bool acceptance = matrix_.request.metric != MatrixMetric::kThroughput &&
                            matrix_.request.metric != MatrixMetric::kUserTps;
    for (const RunCells& run : runs_) {
      const Results& results = run.run->results;
      if (results.verdict.state != VerdictState::kValid) {
        const auto& reasons = results.verdict.reasons;
        Note(absl::StrFormat("%s is %s%s", run.run->name, VerdictName(results.verdict.state),
                             reasons.empty() ? "" : ": " + reasons.front().text));
      }
      if (!acceptance && results.headline_is_whole_run) {
        Note(run.run->name + " has no hold: its rates are of the whole run, ramp and drain too");
      }
    }
  }

  const std::span<const RunCells> runs_;
  Matrix matrix_;
};

absl::Status RequireValue(const Matrix& matrix) {
  const bool any = std::any_of(matrix.rows.begin(), matrix.rows.end(),
                               [](const MatrixRow& row) { return row.valued > 0; });
  if (any) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrFormat(
      "--matrix %s: no cell has a value%s%s", MatrixMetricName(matrix.request.metric),
      matrix.notes.empty() ? "" : "; ", absl::StrJoin(matrix.notes, "; ")));
}

}  // namespace

absl::StatusOr<Matrix> MakeMatrix(std::span<const MatrixRun> runs, const MatrixRequest& asked) {
  std::vector<RunCells> all;
  for (const MatrixRun& run : runs) {
    absl::StatusOr<RunCells> cells = ColumnsOfRun(run, asked);
    if (!cells.ok()) return cells.status();
    all.push_back(*std::move(cells));
  }
  MatrixRequest request = asked;
  const absl::StatusOr<MatrixMetric> metric = MetricOf(all, asked.metric);
  if (!metric.ok()) return metric.status();
  request.metric = *metric;
  for (RunCells& run : all) AddCells(request, run);
  if (absl::Status fits = CheckFit(all, request); !fits.ok()) return fits;
  Matrix matrix = Builder(all, request).Build();
  if (absl::Status any = RequireValue(matrix); !any.ok()) return any;
  return matrix;
}

}  // namespace specctl
