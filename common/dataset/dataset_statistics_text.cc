#include <cmath>

#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"
#include "common/dataset/dataset_statistics.h"
#include "common/dataset/text_table.h"

namespace specctl {
namespace {

std::string Rounded(double value) {
  return WithThousands(static_cast<uint64_t>(std::llround(value)));
}

std::vector<std::string> TableRow(const std::string& label, const GroupStatistics& group) {
  return {label,
          WithThousands(group.rows),
          WithThousands(group.turns),
          WithThousands(group.multi_turn_rows),
          Rounded(group.characters.p50),
          Rounded(group.characters.p90),
          Rounded(group.characters.max),
          Rounded(group.tokens.mean),
          Rounded(group.tokens.p50),
          Rounded(group.tokens.p90),
          Rounded(group.tokens.p99),
          Rounded(group.tokens.max)};
}

void WriteDistribution(std::string_view key, const Distribution& of, JsonWriter& json) {
  json.Key(key);
  json.BeginObject();
  json.Field("mean", of.mean);
  json.Field("min", of.min);
  json.Field("p10", of.p10);
  json.Field("p25", of.p25);
  json.Field("p50", of.p50);
  json.Field("p75", of.p75);
  json.Field("p90", of.p90);
  json.Field("p99", of.p99);
  json.Field("max", of.max);
  json.EndObject();
}

void WriteGroup(const GroupStatistics& group, JsonWriter& json) {
  json.Field("rows", group.rows);
  json.Field("turns", group.turns);
  json.Field("multi_turn_rows", group.multi_turn_rows);
  json.Field("turns_max", group.turns_max);
  json.Field("rows_with_max_tokens", group.rows_with_max_tokens);
  json.Field("rows_with_extra_fields", group.rows_with_extra_fields);
  WriteDistribution("first_request_characters", group.characters, json);
  WriteDistribution("first_request_tokens_estimate", group.tokens, json);
}

}  // namespace

std::string StatisticsTable(const Dataset& dataset, const DatasetStatistics& statistics) {
  const DatasetIdentity& identity = dataset.identity;
  std::string page =
      absl::StrFormat("dataset  %s\nfile     %s\nformat   %s\nsha256   %s\n\n", identity.name,
                      identity.builtin ? "none: the text is generated, only for trying things out; "
                                         "its figures are not SPEED-Bench results"
                                       : identity.path,
                      identity.format, identity.sha256);
  std::vector<std::vector<std::string>> rows = {{"category", "rows", "requests", "multi-turn",
                                                 "chars p50", "p90", "max", "tokens mean", "p50",
                                                 "p90", "p99", "max"}};
  for (const GroupStatistics& group : statistics.groups) {
    rows.push_back(TableRow(group.category.empty() ? "(none)" : group.category, group));
  }
  rows.push_back(TableRow("all", statistics.all));
  std::vector<bool> is_right(rows.front().size(), true);
  is_right.front() = false;
  page += TextTable(rows, is_right);
  page +=
      "\nlengths are those of each row's first request; tokens are estimated (4 ASCII characters "
      "per token)\n";
  const GroupStatistics& all = statistics.all;
  if (all.rows_with_max_tokens > 0) {
    page += absl::StrFormat("%d rows set their own max_tokens\n", all.rows_with_max_tokens);
  }
  if (all.rows_with_extra_fields > 0) {
    page +=
        absl::StrFormat("%d rows set request fields of their own\n", all.rows_with_extra_fields);
  }
  for (const std::string& note : dataset.notes) page += "note: " + note + "\n";
  return page;
}

std::string StatisticsJson(const Dataset& dataset, const DatasetStatistics& statistics) {
  const DatasetIdentity& identity = dataset.identity;
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  json.Field("name", identity.name);
  json.TextField("path", identity.path);
  json.Field("format", identity.format);
  json.Field("sha256", identity.sha256);
  json.Field("builtin", identity.builtin);
  WriteGroup(statistics.all, json);
  json.ObjectsField("groups", statistics.groups, [&](const GroupStatistics& group) {
    json.TextField("category", group.category);
    json.TextField("tier", group.tier);
    WriteGroup(group, json);
  });
  json.ArrayField("notes", dataset.notes);
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl
