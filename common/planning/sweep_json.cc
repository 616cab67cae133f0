#include "common/planning/sweep_json.h"

#include "common/base/json_writer.h"
#include "common/planning/measured_json.h"
#include "common/planning/measurement_json.h"
#include "common/planning/sweep_names.h"

namespace specctl {
namespace {

void WriteLoad(const LoadLevel& load, JsonWriter& json) {
  if (load.kind == LoadKind::kConcurrency) {
    json.Field("bs", static_cast<uint64_t>(load.level));
  } else {
    json.Field("rate", load.level);
  }
}

void WriteTarget(const SweepTarget& target, JsonWriter& json) {
  json.Field("name", target.name);
  json.ArrayField("urls", target.urls);
  json.Field("gpus", target.gpus);
  json.TextField("model", target.model);
  json.TextField("engine", target.engine);
  json.TextField("speculation_method", target.speculation_method);
  json.Field("draft_length", target.draft_length);
  json.TextField("drafter", target.drafter);
}

void WriteDataset(const SweepDataset& dataset, JsonWriter& json) {
  json.Field("name", dataset.name);
  json.Field("isl_tokens", dataset.isl_tokens);
  json.Field("synthetic_text", dataset.synthetic_text);
}

void WriteGrid(const SweepGrid& grid, JsonWriter& json) {
  json.Key("grid");
  json.BeginObject();
  json.ObjectsField("loads", grid.loads, [&](const LoadLevel& load) { WriteLoad(load, json); });
  json.ArrayField("tiers", grid.tiers);
  json.ArrayField("temperatures", grid.temperatures);
  json.EndObject();
}

void WriteKey(const PointKey& key, JsonWriter& json) {
  json.Field("target", key.target);
  WriteLoad(key.load, json);
  json.Field("dataset", key.dataset);
  json.TextField("tier", key.tier);
  json.Field("temperature", key.temperature);
}

void WritePoint(const SweepPoint& point, JsonWriter& json) {
  WriteKey(point.key, json);
  json.Field("role", PointRoleName(point.role));
  json.Field("state", PointStateName(point.state));
  json.TextField("reason", point.reason);
  json.TextField("run_id", point.run_id);
  json.TextField("folder", point.folder);
  json.Field("begun_unix_ns", point.begun_unix_ns);
  json.Field("took_s", point.took_s);
  if (point.state != PointState::kDone) return;
  if (point.fold) {
    json.Key("fold");
    json.BeginObject();
    WriteFoldKey(*point.fold, json);
    json.EndObject();
  }
  json.Key("measured");
  json.BeginObject();
  WriteMeasurement(point.measured, json);
  json.EndObject();
}

void WritePair(const SweepPair& pair, JsonWriter& json) {
  WriteKey(pair.key, json);
  json.Field("baseline", pair.baseline);
  json.Field("state", PointStateName(pair.state));
  json.TextField("reason", pair.reason);
  json.TextField("run_id", pair.run_id);
  json.TextField("folder", pair.folder);
  json.Field("begun_unix_ns", pair.begun_unix_ns);
  json.Field("took_s", pair.took_s);
  WriteMeasuredFigures("ratios", pair.ratios, json);
}

}  // namespace

std::string SweepJson(const Sweep& sweep) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.BeginObject();
  json.Field("schema_version", kSweepSchemaVersion);
  json.TextField("sweep_id", sweep.id);
  json.TextField("specctl_version", sweep.specctl_version);
  json.ArrayField("arguments", sweep.arguments);
  json.Field("begun_unix_ns", sweep.begun_unix_ns);
  json.Field("spent_s", sweep.spent_s);
  json.ObjectsField("targets", sweep.targets,
                    [&](const SweepTarget& target) { WriteTarget(target, json); });
  json.ObjectsField("datasets", sweep.datasets,
                    [&](const SweepDataset& dataset) { WriteDataset(dataset, json); });
  WriteGrid(sweep.grid, json);
  json.ObjectsField("points", sweep.points,
                    [&](const SweepPoint& point) { WritePoint(point, json); });
  json.ObjectsField("pairs", sweep.pairs, [&](const SweepPair& pair) { WritePair(pair, json); });
  json.EndObject();
  return std::move(json).Take() + "\n";
}

}  // namespace specctl
