#include <absl/strings/str_format.h>

#include "common/matrix/matrix.h"
#include "common/report/csv_line.h"

namespace specctl {
namespace {

std::string CellText(const std::optional<double>& value) {
  return value ? absl::StrFormat("%.2f", *value) : std::string();
}

bool IsOfAiperf(MatrixMetric metric) {
  return metric == MatrixMetric::kAcceptLength || metric == MatrixMetric::kAcceptRate ||
         metric == MatrixMetric::kThroughput;
}

}  // namespace

std::string MatrixCsv(const Matrix& matrix) {
  const MatrixRequest& request = matrix.request;
  std::string text;
  const auto end_line = [&](CsvLine& line) {
    line.End();
    text.insert(text.size() - 1, "\r");  // as Python's csv writer
  };
  CsvLine head(text);
  std::string first = MatrixRowsName(request.rows);
  // The file has no other place to say what its numbers are.
  if (!IsOfAiperf(request.metric)) {
    first += absl::StrFormat(" (%s)", MatrixMetricName(request.metric));
  }
  head.AddText(first);
  for (const std::string& column : matrix.columns) head.AddText(column);
  head.AddText("Overall");
  end_line(head);
  for (const MatrixRow& row : matrix.rows) {
    CsvLine line(text);
    line.AddText(row.name);
    for (const std::string& column : matrix.columns) {
      const auto found = row.cells.find(column);
      line.AddText(found == row.cells.end() ? "" : CellText(found->second.value));
    }
    line.AddText(CellText(row.overall));
    end_line(line);
  }
  return text;
}

}  // namespace specctl
