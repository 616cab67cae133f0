#include <cmath>
#include <limits>
#include <set>

#include <absl/status/status.h>
#include <absl/strings/str_format.h>

#include "common/planning/json_object_reader.h"
#include "common/planning/measured_json.h"
#include "common/planning/measurement_json.h"
#include "common/planning/sweep_json.h"
#include "common/planning/sweep_names.h"

namespace specctl {
namespace {

LoadLevel ReadLoad(const JsonObjectReader& object) {
  const bool by_rate = object.Has("rate");
  if (by_rate == object.Has("bs")) object.Fail("bs", "need bs or rate, one of them");
  if (by_rate) {
    const double rate = object.NeedNumber("rate");
    if (!(rate > 0)) object.Fail("rate", "need a number above 0");
    return {.kind = LoadKind::kRate, .level = rate};
  }
  const uint32_t bs = object.Count32("bs").value_or(0);
  if (bs == 0) object.Fail("bs", "need a number above 0");
  return {.kind = LoadKind::kConcurrency, .level = static_cast<double>(bs)};
}

SweepTarget ReadTarget(const JsonObjectReader& object) {
  SweepTarget target{.name = object.NeedText("name"),
                     .urls = object.Texts("urls"),
                     .gpus = object.Count32("gpus"),
                     .model = object.Text("model"),
                     .engine = object.Text("engine"),
                     .speculation_method = object.Text("speculation_method"),
                     .drafter = object.Text("drafter"),
                     .draft_length = object.Count32("draft_length")};
  if (target.gpus == 0u) object.Fail("gpus", "need a number above 0");
  return target;
}

SweepDataset ReadDataset(const JsonObjectReader& object) {
  return {.name = object.NeedText("name"),
          .isl_tokens = object.Count32("isl_tokens"),
          .synthetic_text = object.Flag("synthetic_text").value_or(false)};
}

SweepGrid ReadGrid(const JsonObjectReader& object) {
  SweepGrid grid{
      .loads = {}, .tiers = object.Texts("tiers"), .temperatures = object.Numbers("temperatures")};
  object.ForObjects("loads",
                    [&](const JsonObjectReader& load) { grid.loads.push_back(ReadLoad(load)); });
  return grid;
}

PointKey ReadKey(const JsonObjectReader& object) {
  return {.target = object.NeedText("target"),
          .load = ReadLoad(object),
          .dataset = object.NeedText("dataset"),
          .tier = object.Text("tier"),
          .temperature = object.Number("temperature")};
}

// A folder of a run within the sweep's: whoever reads the sweep removes and renames what it names.
std::string ReadRunFolder(const JsonObjectReader& object) {
  constexpr std::string_view kRuns = "runs/";
  std::string folder = object.Text("folder");
  if (folder.empty()) return folder;
  const std::string_view name =
      folder.starts_with(kRuns) ? std::string_view(folder).substr(kRuns.size()) : "";
  const bool is_one = !name.empty() && name != "." && name != ".." &&
                      name.find('/') == std::string_view::npos &&
                      name.find('\0') == std::string_view::npos;
  if (!is_one) object.Fail("folder", "need runs/NAME, a folder within the sweep's");
  return folder;
}

PointState ReadState(const JsonObjectReader& object) {
  const std::optional<PointState> state = ParsePointState(object.NeedText("state"));
  if (!state) object.Fail("state", "need planned, done, skipped or failed");
  return state.value_or(PointState::kPlanned);
}

SweepPoint ReadPoint(const JsonObjectReader& object) {
  SweepPoint point{.key = ReadKey(object),
                   .reason = object.Text("reason"),
                   .run_id = object.Text("run_id"),
                   .folder = ReadRunFolder(object),
                   .begun_unix_ns = object.Integer("begun_unix_ns"),
                   .took_s = object.Number("took_s")};
  const std::optional<PointRole> role = ParsePointRole(object.NeedText("role"));
  if (!role) object.Fail("role", "need grid, anchor or repeat");
  point.role = role.value_or(PointRole::kGrid);
  point.state = ReadState(object);
  object.ForObject("fold", [&](const JsonObjectReader& fold) { point.fold = ReadFoldKey(fold); });
  object.ForObject("measured", [&](const JsonObjectReader& measured) {
    point.measured = ReadMeasurement(measured);
  });
  if (point.state != PointState::kDone) return point;
  if (point.run_id.empty()) object.Fail("run_id", "a point that is done needs its run");
  if (!object.Has("measured")) object.Fail("measured", "a point that is done needs its figures");
  return point;
}

SweepPair ReadPair(const JsonObjectReader& object) {
  SweepPair pair{.key = ReadKey(object),
                 .baseline = object.NeedText("baseline"),
                 .state = object.Has("state") ? ReadState(object) : PointState::kDone,
                 .reason = object.Text("reason"),
                 .run_id = object.Text("run_id"),
                 .folder = ReadRunFolder(object),
                 .begun_unix_ns = object.Integer("begun_unix_ns"),
                 .took_s = object.Number("took_s"),
                 .ratios = {}};
  if (pair.state == PointState::kDone && pair.run_id.empty()) {
    object.Fail("run_id", "a pair that is done needs its run");
  }
  object.ForObject(
      "ratios", [&](const JsonObjectReader& ratios) { pair.ratios = ReadMeasuredFigures(ratios); });
  return pair;
}

// Every name that points use is there, once.
class NameCheck {
 public:
  NameCheck(const Sweep& sweep, JsonErrors& errors) : sweep_(sweep), errors_(errors) {}

  void CheckNames() const {
    std::set<std::string> targets, datasets;
    for (const SweepTarget& target : sweep_.targets) CheckOnce("target", target.name, targets);
    for (const SweepDataset& dataset : sweep_.datasets) {
      CheckOnce("dataset", dataset.name, datasets);
    }
    for (size_t i = 0; i < sweep_.points.size(); ++i) {
      CheckKey(absl::StrFormat("points[%d]", i), sweep_.points[i].key);
    }
    for (size_t i = 0; i < sweep_.pairs.size(); ++i) {
      const std::string place = absl::StrFormat("pairs[%d]", i);
      CheckKey(place, sweep_.pairs[i].key);
      CheckTarget(place + ".baseline", sweep_.pairs[i].baseline);
    }
  }

 private:
  void CheckOnce(std::string_view what, const std::string& name,
                 std::set<std::string>& names) const {
    if (names.insert(name).second) return;
    errors_.Add("", absl::StrFormat("has two %ss named \"%s\"", what, name));
  }
  void CheckKey(const std::string& place, const PointKey& key) const {
    CheckTarget(place + ".target", key.target);
    if (sweep_.FindDataset(key.dataset) != nullptr) return;
    errors_.Add(place + ".dataset",
                absl::StrFormat("the sweep has no dataset \"%s\"", key.dataset));
  }
  void CheckTarget(const std::string& place, const std::string& target) const {
    if (sweep_.FindTarget(target) != nullptr) return;
    errors_.Add(place, absl::StrFormat("the sweep has no target \"%s\"", target));
  }

  const Sweep& sweep_;
  JsonErrors& errors_;
};

// Before anything else is read: of another version it may mean something else.
void CheckVersion(const JsonObjectReader& object) {
  const std::optional<uint64_t> version = object.Count("schema_version");
  if (!version) {
    object.Fail("schema_version", "is absent: this is no file of specctl sweep");
  } else if (*version != kSweepSchemaVersion) {
    object.Fail("schema_version",
                absl::StrFormat("is %d, and this specctl reads %d: use the specctl that wrote it",
                                *version, kSweepSchemaVersion));
  }
}

}  // namespace

absl::StatusOr<Sweep> ParseSweep(const std::string& path, std::string_view text) {
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(path, text);
  if (!document.ok()) return document.status();
  JsonErrors errors(path);
  const JsonObjectReader top(document->root(), "", errors);
  CheckVersion(top);
  if (!errors.status().ok()) return errors.status();
  Sweep sweep{.id = top.Text("sweep_id"),
              .specctl_version = top.Text("specctl_version"),
              .arguments = top.Texts("arguments"),
              .begun_unix_ns = top.Integer("begun_unix_ns").value_or(0),
              .spent_s = top.Number("spent_s").value_or(0)};
  top.ForObjects("targets", [&](const JsonObjectReader& target) {
    sweep.targets.push_back(ReadTarget(target));
  });
  top.ForObjects("datasets", [&](const JsonObjectReader& dataset) {
    sweep.datasets.push_back(ReadDataset(dataset));
  });
  top.ForObject("grid", [&](const JsonObjectReader& grid) { sweep.grid = ReadGrid(grid); });
  top.ForObjects("points",
                 [&](const JsonObjectReader& point) { sweep.points.push_back(ReadPoint(point)); });
  top.ForObjects("pairs",
                 [&](const JsonObjectReader& pair) { sweep.pairs.push_back(ReadPair(pair)); });
  NameCheck(sweep, errors).CheckNames();
  if (!errors.status().ok()) return errors.status();
  return sweep;
}

}  // namespace specctl
