#include "common/base/json_writer.h"
#include "common/compare/comparison.h"
#include "common/report/figures_json.h"
#include "common/report/result_names.h"

namespace specctl {
namespace {

constexpr int kComparisonSchemaVersion = 1;

void WriteRun(std::string_view key, const RunSample& run, JsonWriter& json) {
  json.Key(key);
  json.BeginObject();
  json.Field("run", run.name);
  json.Field("run_id", run.results.spec.run_id);
  json.Field("verdict", VerdictName(run.results.verdict.state));
  json.Field("headline", run.results.headline_is_whole_run ? "whole_run" : "hold");
  json.EndObject();
}

void WriteStatistic(const ComparedStatistic& statistic, JsonWriter& json) {
  if (statistic.a) WriteNumber("a", statistic.a->value, json);
  if (statistic.b) WriteNumber("b", statistic.b->value, json);
  WriteEstimate("difference", statistic.difference, json);
  WriteEstimate("ratio", statistic.ratio, json);
  json.Field("finding", FindingName(statistic.finding));
}

void WriteComparedFigure(const ComparedFigure& compared, JsonWriter& json) {
  const FigureName& figure = *compared.figure;
  json.Key(figure.key);
  json.BeginObject();
  json.Field("label", figure.label);
  json.TextField("unit", UnitName(figure.unit));
  json.Field("better", BetterName(compared.better));
  // The main statistic stands at the figure itself, so that a script needs no second look-up.
  json.Field("statistic", compared.main().key);
  WriteStatistic(compared.main(), json);
  if (compared.statistics.size() > 1) {
    json.Key("statistics");
    json.BeginObject();
    for (const ComparedStatistic& statistic : compared.statistics) {
      json.Key(statistic.key);
      json.BeginObject();
      WriteStatistic(statistic, json);
      json.EndObject();
    }
    json.EndObject();
  }
  json.EndObject();
}

void WriteFigures(const ComparedFigures& figures, JsonWriter& json) {
  json.Key("figures");
  json.BeginObject();
  for (const ComparedFigure& figure : figures) WriteComparedFigure(figure, json);
  json.EndObject();
}

void WriteMatch(std::string_view key, const std::optional<ReplyMatch>& match, JsonWriter& json) {
  if (!match) return;
  json.Key(key);
  json.BeginObject();
  json.Field("compared", match->compared);
  json.Field("differing", match->differing);
  WriteEstimate("share", match->share, json);
  json.Field("median_character", match->median_character);
  if (match->first) {
    json.Key("first_difference");
    json.BeginObject();
    json.Field("question_id", match->first->question_id);
    json.Field("turn", match->first->turn);
    json.Field("at_character", match->first->at_character);
    json.Field("a", match->first->a);
    json.Field("b", match->first->b);
    json.EndObject();
  }
  json.EndObject();
}

void WriteReplies(const ReplyComparison& replies, JsonWriter& json) {
  json.Key("replies");
  json.BeginObject();
  json.Field("text", RepliesText(replies));
  json.TextField("why_not", replies.why_not);
  WriteMatch("match", replies.match, json);
  WriteMatch("floor", replies.floor, json);
  WriteEstimate("excess", replies.excess, json);
  // False would look like an all-clear where no floor was given.
  if (replies.floor) json.Field("more_than_floor", replies.more_than_floor);
  json.EndObject();
}

// Absent where nothing is required.
void WriteRequirements(const Comparison& comparison, JsonWriter& json) {
  if (comparison.decisions.empty()) return;
  json.Key("require");
  json.BeginObject();
  json.Field("holds", comparison.requirements_hold());
  json.ObjectsField("terms", comparison.decisions, [&](const Decision& decision) {
    json.Field("term", decision.term);
    json.Field("holds", decision.holds);
    json.Field("reason", decision.reason);
    WriteNumber("value", decision.value, json);
    WriteNumber("bound", decision.bound, json);
    WriteNumber("limit", decision.limit, json);
  });
  json.EndObject();
}

void WriteComparison(const Comparison& comparison, JsonWriter& json) {
  WriteRun("a", *comparison.a, json);
  WriteRun("b", *comparison.b, json);
  json.Field("comparable", comparison.comparable());
  json.ObjectsField("refusals", comparison.comparability.refusals, [&](const Refusal& refusal) {
    json.Field("code", refusal.code);
    json.Field("text", refusal.text);
    json.Field("match", refusal.match);
  });
  json.ArrayField("notes", comparison.comparability.notes);
  json.ObjectsField("spec_differences", comparison.spec_differences,
                    [&](const SpecDifference& difference) {
                      json.Field("field", difference.field);
                      json.TextField("a", difference.a);
                      json.TextField("b", difference.b);
                    });
  WriteFigures(comparison.figures, json);
  WriteReplies(comparison.replies, json);
  WriteRequirements(comparison, json);
  json.ObjectsField("slices", comparison.slices, [&](const ComparedSlice& slice) {
    json.Field("by", DimensionName(slice.by));
    json.Field("key", slice.key);
    WriteFigures(slice.figures, json);
  });
}

}  // namespace

std::string ComparisonJson(const std::vector<Comparison>& comparisons) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  json.Field("schema_version", kComparisonSchemaVersion);
  // The usual two runs are at the top; a script for them also reads a comparison of more.
  WriteComparison(comparisons.front(), json);
  // Absent where two runs were given.
  if (comparisons.size() > 1) {
    const std::vector<Comparison> others(comparisons.begin() + 1, comparisons.end());
    json.ObjectsField("others", others,
                      [&](const Comparison& comparison) { WriteComparison(comparison, json); });
  }
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl
