#include <map>
#include <set>

#include "common/planning/measured_arithmetic.h"
#include "common/planning/pooled_figures.h"
#include "common/planning/study_table.h"

namespace specctl {
namespace {

constexpr std::string_view kAllPrompts = "all";

struct CategoryLengths {
  std::vector<WeighedMeasured> values;
  std::vector<std::string> runs;
};
using LengthsByCategory = std::map<std::string, CategoryLengths>;

void AddLength(const PooledPoint& point, const Measured* length, CategoryLengths& lengths) {
  if (length == nullptr) return;
  lengths.values.push_back({.measured = *length, .weight = std::max(point.measured.hold_s, 1.0)});
  AddRuns(point.runs, lengths.runs);
}

// Of a target's points that the other target has, too.
LengthsByCategory LengthsOf(std::span<const Curve> curves, const std::string& target,
                            const std::string& other) {
  LengthsByCategory lengths;
  for (const Curve& curve : curves) {
    const Curve* const beside = FindCurve(curves, curve.key, other);
    if (curve.key.target != target || beside == nullptr) continue;
    for (const PooledPoint* point : curve.points) {
      const PooledPoint* const at = beside->At(point->key.load);
      const bool both = at != nullptr && IsUsable(*at) && IsUsable(*point);
      if (!both || !IsLanguage(*point)) continue;
      for (const MeasuredSlice& slice : point->measured.slices) {
        if (slice.by != Dimension::kCategory) continue;
        AddLength(*point, FindMeasured(slice.figures, "per_draft", "value"), lengths[slice.key]);
      }
      AddLength(*point, point->Find("per_draft", "value"), lengths[std::string(kAllPrompts)]);
    }
  }
  return lengths;
}

bool AreDrafters(const SweepTarget& a, const SweepTarget& b) {
  const bool same_length = a.draft_length && a.draft_length == b.draft_length;
  return same_length && *a.draft_length > 0 && !a.drafter.empty() && !b.drafter.empty() &&
         a.drafter != b.drafter;
}

void AddRows(std::span<const Curve> curves, const SweepTarget& a, const SweepTarget& b,
             StudyTable& table) {
  const LengthsByCategory of_a = LengthsOf(curves, a.name, b.name),
                          of_b = LengthsOf(curves, b.name, a.name);
  for (const auto& [category, lengths] : of_a) {
    const auto other = of_b.find(category);
    if (other == of_b.end() || lengths.values.empty() || other->second.values.empty()) continue;
    const Measured length_a = PoolMeasured(lengths.values).measured,
                   length_b = PoolMeasured(other->second.values).measured;
    StudyRow row{.labels = {a.name, b.name, category},
                 .values = {EstimateOf(length_a), EstimateOf(length_b),
                            EstimateOf(DifferenceOf(length_a, length_b))},
                 .runs = lengths.runs};
    AddRuns(other->second.runs, row.runs);
    table.rows.push_back(std::move(row));
  }
}

}  // namespace

std::optional<StudyTable> DrafterStudy(const Sweep& sweep, std::span<const Curve> curves) {
  StudyTable table{.key = "drafters",
                   .title = "two drafters by category: acceptance length per draft",
                   .label_names = {"a", "b", "category"},
                   .value_names = {"length_a", "length_b", "difference"},
                   .rows = {}};
  for (size_t i = 0; i < sweep.targets.size(); ++i) {
    for (size_t j = i + 1; j < sweep.targets.size(); ++j) {
      const SweepTarget &a = sweep.targets[i], &b = sweep.targets[j];
      if (AreDrafters(a, b)) AddRows(curves, a, b, table);
    }
  }
  if (table.rows.empty()) return std::nullopt;
  return table;
}

}  // namespace specctl
