#include "common/planning/measured_arithmetic.h"
#include "common/planning/plan_json_parts.h"
#include "common/report/figures_json.h"

namespace specctl {
namespace {

void WriteCell(const SpeedupCell& cell, JsonWriter& json) {
  WriteLoad(cell.load(), json);
  WriteEstimate("speedup", cell.speedup, json);
  WriteEstimate("output_speedup", cell.output_tps, json);
  if (cell.speedup) json.Field("pays", PaysName(cell.pays));
  if (cell.conflict) json.Field("conflict", true);
  if (cell.paired) json.Field("paired", true);
  json.TextField("why_none", cell.why_none);
  json.ArrayField("runs", cell.runs);
}

void WriteLoadField(std::string_view key, const std::optional<LoadLevel>& load, JsonWriter& json) {
  if (load) json.Field(key, load->level);
}

void WriteCrossing(const Crossing& crossing, JsonWriter& json) {
  json.Field("below", crossing.below.level);
  json.Field("above", crossing.above.level);
  json.Field("pays_above", crossing.pays_above);
  WriteNumber("fitted", crossing.level, json);
  WriteLoadField("sure_below", crossing.sure_below, json);
  WriteLoadField("sure_above", crossing.sure_above, json);
}

void WriteSpeedupCurve(const SpeedupCurve& curve, JsonWriter& json) {
  json.Field("target", curve.key.target);
  WritePlace(curve.key, json);
  json.ObjectsField("cells", curve.cells, [&](const SpeedupCell& cell) { WriteCell(cell, json); });
  json.ObjectsField("crossings", curve.crossings,
                    [&](const Crossing& crossing) { WriteCrossing(crossing, json); });
}

void WriteSchedule(const DraftSchedule& schedule, JsonWriter& json) {
  json.TextField("method", schedule.family.method);
  json.TextField("drafter", schedule.family.drafter);
  WritePlace(schedule.place, json);
  json.ObjectsField("choices", schedule.choices, [&](const DraftChoice& choice) {
    WriteLoad(choice.load, json);
    json.Field("draft_length", choice.draft_length);
    json.Field("target", choice.target);
    json.ArrayField("as_good", choice.as_good);
    WriteEstimate("speedup", choice.over_none, json);
    json.ArrayField("runs", choice.runs);
  });
  json.ObjectsField("ranges", schedule.ranges, [&](const DraftRange& range) {
    json.Field("from", range.from);
    json.Field("to", range.to);
    json.Field("draft_length", range.draft_length);
    if (range.fitted) json.Field("fitted", true);
    if (range.undecided) json.Field("undecided", true);
  });
}

void WriteProjection(const MixProjection& projection, JsonWriter& json) {
  json.Field("target", projection.key.target);
  WriteLoad(projection.key.load, json);
  json.Field("dataset", projection.key.dataset);
  json.TextField("tier", projection.key.tier);
  json.Field("temperature", projection.key.temperature);
  json.Field("steps_from", projection.steps_from);
  WriteEstimate("t_ar_ms", std::optional(projection.t_ar_ms), json);
  WriteEstimate("t_sd_ms", std::optional(projection.t_sd_ms), json);
  json.ObjectsField("domains", projection.domains, [&](const DomainProjection& domain) {
    json.Field("domain", domain.domain);
    json.Field("share", domain.share);
    WriteEstimate("acceptance_length", domain.acceptance_length, json);
    WriteEstimate("projected", domain.projected, json);
    WriteEstimate("measured", domain.measured, json);
  });
  WriteEstimate("projected", projection.projected, json);
  WriteEstimate("measured", projection.measured, json);
  json.TextField("why_none", projection.why_none);
  json.ArrayField("runs", projection.runs);
}

void WriteStudy(const StudyTable& study, JsonWriter& json) {
  json.Field("key", study.key);
  json.Field("title", study.title);
  json.ObjectsField("rows", study.rows, [&](const StudyRow& row) {
    for (size_t i = 0; i < row.labels.size(); ++i) {
      json.Field(study.label_names[i], row.labels[i]);
    }
    for (size_t i = 0; i < row.values.size(); ++i) {
      WriteEstimate(study.value_names[i], row.values[i], json);
    }
    json.ArrayField("runs", row.runs);
  });
}

}  // namespace

void WriteEstimate(std::string_view key, const std::optional<Measured>& measured,
                   JsonWriter& json) {
  if (measured) WriteEstimate(key, std::optional(EstimateOf(*measured)), json);
}

void WriteSpeculation(const Plan& plan, JsonWriter& json) {
  json.ObjectsField("speedups", plan.speedups,
                    [&](const SpeedupCurve& curve) { WriteSpeedupCurve(curve, json); });
  json.ObjectsField("draft_lengths", plan.schedules,
                    [&](const DraftSchedule& schedule) { WriteSchedule(schedule, json); });
  json.ObjectsField("projections", plan.projections,
                    [&](const MixProjection& projection) { WriteProjection(projection, json); });
  json.ObjectsField("studies", plan.studies,
                    [&](const StudyTable& study) { WriteStudy(study, json); });
}

}  // namespace specctl
