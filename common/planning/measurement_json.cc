#include "common/planning/measurement_json.h"

#include <absl/strings/str_format.h>

#include "common/figures/dimension.h"
#include "common/planning/measured_json.h"
#include "common/planning/sweep_names.h"
#include "common/report/figures_json.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

void WriteSetup(const PointSetup& setup, JsonWriter& json) {
  json.TextField("model", setup.model);
  json.TextField("engine", setup.engine);
  json.TextField("speculation_method", setup.speculation_method);
  json.Field("speculates", setup.speculates);
  json.Field("draft_length", setup.draft_length);
  json.TextField("drafter", setup.drafter);
  json.TextField("dataset", setup.dataset);
  json.TextField("dataset_sha256", setup.dataset_sha256);
  json.Field("dataset_rows", setup.dataset_rows);
}

PointSetup ReadSetup(const JsonObjectReader& object) {
  return {.model = object.Text("model"),
          .engine = object.Text("engine"),
          .speculation_method = object.Text("speculation_method"),
          .speculates = object.Flag("speculates"),
          .draft_length = object.Count32("draft_length"),
          .drafter = object.Text("drafter"),
          .dataset = object.Text("dataset"),
          .dataset_sha256 = object.Text("dataset_sha256"),
          .dataset_rows = object.Count("dataset_rows").value_or(0)};
}

MeasuredSlice ReadSlice(const JsonObjectReader& object) {
  MeasuredSlice slice{.by = Dimension::kCategory, .key = object.NeedText("key"), .figures = {}};
  const std::string by = object.NeedText("by");
  bool known = false;
  for (const auto& [value, name] : DimensionNames()) {
    if (name != by) continue;
    slice.by = value;
    known = true;
  }
  if (!known) object.Fail("by", "need a dimension such as category or tier");
  object.ForObject("figures", [&](const JsonObjectReader& figures) {
    slice.figures = ReadMeasuredFigures(figures);
  });
  return slice;
}

VerdictState ReadVerdict(const JsonObjectReader& object) {
  const std::optional<VerdictState> verdict = ParseVerdict(object.NeedText("verdict"));
  if (!verdict) object.Fail("verdict", "need valid, degraded or invalid");
  return verdict.value_or(VerdictState::kInvalid);
}

}  // namespace

void WriteMeasurement(const PointMeasurement& measurement, JsonWriter& json) {
  json.Key("setup");
  json.BeginObject();
  WriteSetup(measurement.setup, json);
  json.EndObject();
  WriteNumber("hold_s", measurement.hold_s, json);
  json.Field("verdict", VerdictName(measurement.verdict));
  json.ArrayField("reasons", measurement.reasons);
  json.ArrayField("labels", measurement.labels);
  WriteMeasuredFigures("figures", measurement.figures, json);
  json.ObjectsField("slices", measurement.slices, [&](const MeasuredSlice& slice) {
    json.Field("by", DimensionName(slice.by));
    json.Field("key", slice.key);
    WriteMeasuredFigures("figures", slice.figures, json);
  });
}

PointMeasurement ReadMeasurement(const JsonObjectReader& object) {
  PointMeasurement measurement{.verdict = ReadVerdict(object),
                               .reasons = object.Texts("reasons"),
                               .labels = object.Texts("labels")};
  measurement.hold_s = object.Number("hold_s").value_or(0);
  object.ForObject("setup",
                   [&](const JsonObjectReader& setup) { measurement.setup = ReadSetup(setup); });
  object.ForObject("figures", [&](const JsonObjectReader& figures) {
    measurement.figures = ReadMeasuredFigures(figures);
  });
  object.ForObjects("slices", [&](const JsonObjectReader& slice) {
    measurement.slices.push_back(ReadSlice(slice));
  });
  return measurement;
}

void WriteFoldKey(const FoldKey& key, JsonWriter& json) {
  json.Field("journal_bytes", key.journal_bytes);
  json.Field("last_record_offset", key.last_record_offset);
  json.Field("last_record_crc32c", key.last_record_crc32c);
  json.Field("fold_version", key.fold_version);
}

FoldKey ReadFoldKey(const JsonObjectReader& object) {
  return {.journal_bytes = object.Count("journal_bytes").value_or(0),
          .last_record_offset = object.Count("last_record_offset").value_or(0),
          .last_record_crc32c = object.Count32("last_record_crc32c").value_or(0),
          .fold_version = object.Count32("fold_version").value_or(0)};
}

}  // namespace specctl
