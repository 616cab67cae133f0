#include "common/report/reconciliation_json.h"

#include "common/report/figures_json.h"

namespace specctl {
namespace {

void WriteValues(const Reconciliation::Values& values, JsonWriter& json) {
  for (size_t i = 0; i < kReconciledSources; ++i) {
    WriteNumber(ReconciledSourceName(static_cast<ReconciledSource>(i)), values[i], json);
  }
}

void WriteDifference(const Reconciliation::Difference& difference, JsonWriter& json) {
  json.Field("row", difference.position ? std::string_view("accept_rates")
                                        : ReconciledRowName(difference.row));
  json.Field("position", difference.position);
  json.Field("source", ReconciledSourceName(difference.source));
  json.Field("against", ReconciledSourceName(difference.against));
  WriteNumber("value", difference.value, json);
  json.ArrayField("reasons", difference.reasons);
  json.Field("expected", difference.expected);
}

}  // namespace

void WriteReconciliation(const std::optional<Reconciliation>& reconciliation, JsonWriter& json) {
  if (!reconciliation) return;
  json.Key("reconciliation");
  json.BeginObject();
  for (size_t i = 0; i < kReconciledRows; ++i) {
    const auto row = static_cast<ReconciledRow>(i);
    json.Key(ReconciledRowName(row));
    json.BeginObject();
    WriteValues(reconciliation->Of(row), json);
    json.EndObject();
  }
  json.ObjectsField("accept_rates", reconciliation->accept_rates,
                    [&](const Reconciliation::Values& values) { WriteValues(values, json); });
  json.ObjectsField(
      "differences", reconciliation->differences,
      [&](const Reconciliation::Difference& difference) { WriteDifference(difference, json); });
  json.TextField("counters_left_out", reconciliation->counters_left_out);
  json.EndObject();
}

}  // namespace specctl
