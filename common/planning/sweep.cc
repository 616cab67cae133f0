#include "common/planning/sweep.h"

#include <algorithm>

#include <absl/strings/str_format.h>

#include "common/base/json_writer.h"
#include "common/engine/server_identity.h"

namespace specctl {

std::string LoadText(const LoadLevel& load) {
  const std::string level = FormatDouble(load.level);
  return load.kind == LoadKind::kConcurrency ? "bs " + level : level + " requests/s";
}

std::string PlaceText(const CurvePlace& place) {
  std::string text = place.dataset;
  if (!place.tier.empty()) text += " " + place.tier;
  if (place.temperature) text += ", temperature " + FormatDouble(*place.temperature);
  return text;
}

std::string PointText(const PointKey& key) {
  return absl::StrFormat("%s at %s, %s", key.target, LoadText(key.load), PlaceText(key.place()));
}

const SweepTarget* Sweep::FindTarget(std::string_view name) const {
  const auto found = std::find_if(targets.begin(), targets.end(),
                                  [&](const SweepTarget& each) { return each.name == name; });
  return found == targets.end() ? nullptr : &*found;
}

const SweepDataset* Sweep::FindDataset(std::string_view name) const {
  const auto found = std::find_if(datasets.begin(), datasets.end(),
                                  [&](const SweepDataset& each) { return each.name == name; });
  return found == datasets.end() ? nullptr : &*found;
}

bool Speculates(const Sweep& sweep, const SweepTarget& target) {
  if (target.speculation_method == kNoSpeculation) return false;
  if (!target.speculation_method.empty() || target.draft_length.value_or(0) > 0) return true;
  // A server may also speculate without saying so; then its replies show it.
  return std::any_of(sweep.points.begin(), sweep.points.end(), [&](const SweepPoint& point) {
    return point.key.target == target.name && point.measured.setup.speculates.value_or(false);
  });
}

}  // namespace specctl
