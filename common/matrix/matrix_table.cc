#include <algorithm>
#include <set>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/matrix/matrix.h"
#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

constexpr size_t kGapColumns = 2;
constexpr size_t kNumberColumns = 4;  // "0.51", the least

struct TableColumn {
  std::string name;
  std::vector<std::string> cells;  // by row

  size_t Width() const {
    size_t width = std::max(kNumberColumns, ColumnsOf(name));
    for (const std::string& cell : cells) width = std::max(width, ColumnsOf(cell));
    return width + kGapColumns;
  }
};

std::string NumberText(const std::optional<double>& value) {
  return value ? FixedText(*value, 2) : "-";
}

std::vector<TableColumn> TableColumns(const Matrix& matrix) {
  std::vector<TableColumn> columns;
  for (const std::string& name : matrix.columns) {
    TableColumn column{.name = name, .cells = {}};
    for (const MatrixRow& row : matrix.rows) {
      const auto found = row.cells.find(name);
      column.cells.push_back(
          NumberText(found == row.cells.end() ? std::nullopt : found->second.value));
    }
    columns.push_back(std::move(column));
  }
  TableColumn overall{.name = "Overall", .cells = {}}, pooled{.name = "Pooled", .cells = {}};
  bool any_pooled = false;
  for (const MatrixRow& row : matrix.rows) {
    overall.cells.push_back(NumberText(row.overall));
    pooled.cells.push_back(NumberText(row.pooled));
    any_pooled = any_pooled || row.pooled;
  }
  columns.push_back(std::move(overall));
  if (any_pooled) columns.push_back(std::move(pooled));
  return columns;
}

// The rows with those of their columns that fit behind the names.
void AppendBlock(const Matrix& matrix, std::span<const TableColumn> columns, size_t name_columns,
                 std::string& out) {
  std::string head = PadRight(MatrixRowsName(matrix.request.rows), name_columns);
  for (const TableColumn& column : columns) head += PadLeft(column.name, column.Width());
  out += head + "\n";
  for (size_t i = 0; i < matrix.rows.size(); ++i) {
    std::string line = PadRight(matrix.rows[i].name, name_columns);
    for (const TableColumn& column : columns) line += PadLeft(column.cells[i], column.Width());
    out += line + "\n";
  }
}

std::string SourceWords(const std::string& source) {
  if (source == "per_request") return "per-request statistics";
  if (source == "timings") return "the server's timings";
  if (source == "counters") return "the servers' counters";
  return source;
}

std::string SourcesText(const Matrix& matrix) {
  std::set<std::string> sources;
  for (const MatrixRow& row : matrix.rows) {
    for (const auto& [column, cell] : row.cells) {
      if (cell.value) sources.insert(SourceWords(cell.source));
    }
  }
  return absl::StrJoin(sources, ", ");
}

std::string PooledText(MatrixMetric metric) {
  switch (metric) {
    case MatrixMetric::kAcceptLength:
      return "all drafts together";
    case MatrixMetric::kAcceptRate:
      return "all drafted tokens together";
    case MatrixMetric::kUserTps:
      return "all requests together";
    default:
      return "all steps together";
  }
}

}  // namespace

std::string MatrixTable(const Matrix& matrix, size_t width) {
  const MatrixMetric metric = matrix.request.metric;
  std::string out =
      absl::StrFormat("%s   %s\n", MatrixMetricName(metric), MatrixMetricText(metric));
  size_t name_columns = ColumnsOf(MatrixRowsName(matrix.request.rows));
  for (const MatrixRow& row : matrix.rows) {
    name_columns = std::max(name_columns, ColumnsOf(row.name));
  }
  const std::vector<TableColumn> columns = TableColumns(matrix);
  size_t first = 0;
  while (first < columns.size()) {
    size_t used = name_columns + columns[first].Width(), end = first + 1;
    // A block has at least one column, however long the names are.
    while (end < columns.size() && used + columns[end].Width() <= width) {
      used += columns[end++].Width();
    }
    out += "\n";
    AppendBlock(matrix, std::span(columns).subspan(first, end - first), name_columns, out);
    first = end;
  }
  out += "\n";
  AppendProse("source", SourcesText(matrix), out);
  const bool pooled = columns.back().name == "Pooled";
  AppendProse("Overall",
              absl::StrFormat("mean of the columns%s%s", pooled ? "; Pooled: " : "",
                              pooled ? PooledText(metric) : ""),
              out);
  for (const std::string& note : matrix.notes) AppendProse("note", note, out);
  return out;
}

}  // namespace specctl
