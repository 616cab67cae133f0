#include "common/base/json_writer.h"
#include "common/matrix/matrix.h"
#include "common/report/figures_json.h"

namespace specctl {
namespace {

constexpr int kMatrixSchemaVersion = 1;

// What a cell's weight counts.
std::string_view WeightName(MatrixMetric metric) {
  switch (metric) {
    case MatrixMetric::kAcceptLength:
      return "drafts";
    case MatrixMetric::kPerStep:
    case MatrixMetric::kDelivered:
      return "steps";
    case MatrixMetric::kAcceptRate:
      return "drafted_tokens";
    default:
      return "";
  }
}

void WriteCell(const MatrixCell& cell, const std::string& run, MatrixMetric metric,
               JsonWriter& json) {
  json.BeginObject();
  WriteNumber("value", cell.value, json);
  json.Field("run", run);
  json.Field("requests", cell.requests);
  if (cell.value && !WeightName(metric).empty()) json.Field(WeightName(metric), cell.weight);
  if (cell.value) {
    json.Field("source", cell.source);
    WriteNumber("covered_share", cell.covered, json);
  }
  if (cell.value && cell.approximate) json.Field("approximate", true);
  json.TextField("why_none", cell.why_none);
  json.EndObject();
}

void WriteRow(const MatrixRow& row, const Matrix& matrix, JsonWriter& json) {
  json.Field("name", row.name);
  json.Key("cells");
  json.BeginObject();
  for (const std::string& column : matrix.columns) {
    const auto found = row.cells.find(column);
    if (found == row.cells.end()) continue;
    json.Key(column);
    WriteCell(found->second, row.runs.at(column), matrix.request.metric, json);
  }
  json.EndObject();
  WriteNumber("overall", row.overall, json);
  json.Field("overall_columns", row.valued);
  WriteNumber("pooled", row.pooled, json);
}

}  // namespace

std::string MatrixJson(const Matrix& matrix) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  json.Field("schema_version", kMatrixSchemaVersion);
  json.Field("metric", MatrixMetricName(matrix.request.metric));
  json.Field("definition", MatrixMetricText(matrix.request.metric));
  json.Field("by", MatrixByName(matrix.request.by));
  json.Field("rows_are", MatrixRowsName(matrix.request.rows));
  json.ArrayField("columns", matrix.columns);
  json.ObjectsField("rows", matrix.rows,
                    [&](const MatrixRow& row) { WriteRow(row, matrix, json); });
  json.ObjectsField("runs", matrix.runs, [&](const MatrixRunFacts& run) {
    json.Field("name", run.name);
    json.Field("run_id", run.run_id);
    json.Field("dataset", run.dataset);
    json.TextField("sha256", run.sha256);
    json.Field("verdict", run.verdict);
    if (run.ramp_and_warmup_s > 0) {
      WriteNumber("ramp_and_warmup_s", run.ramp_and_warmup_s, json);
    }
  });
  json.ArrayField("notes", matrix.notes);
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl
