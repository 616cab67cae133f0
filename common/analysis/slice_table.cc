#include "common/analysis/slice_table.h"

namespace specctl {
namespace {

std::optional<SliceKey> Named(const PlannedRow* row, std::string PlannedRow::*name) {
  if (row == nullptr || (row->*name).empty()) return std::nullopt;
  return SliceKey(0, row->*name);
}

SliceKey Numbered(uint64_t number) { return {number, std::to_string(number)}; }

void AddTo(SliceSums& sums, const RequestRecord& record) {
  SliceSums::Part& part = record.settled.stage == Stage::kHold ? sums.hold : sums.rest;
  for (const uint32_t gap_us : record.request.gaps_us) {
    part.step_latency.Add(std::chrono::microseconds(gap_us));
  }
  for (size_t source = 0; source < kStepSources; ++source) {
    if (record.steps[source]) part.lengths[source].Merge(record.steps[source]->lengths);
  }
}

}  // namespace

std::string_view DimensionName(Dimension dimension) {
  switch (dimension) {
    case Dimension::kCategory:
      return "category";
    case Dimension::kTier:
      return "tier";
    case Dimension::kSubCategory:
      return "sub_category";
    case Dimension::kTurn:
      return "turn";
    case Dimension::kTarget:
      return "target";
    case Dimension::kAgent:
      return "agent";
    case Dimension::kStage:
      break;
  }
  return "stage";
}

std::optional<SliceKey> KeyOf(Dimension dimension, const SettledRequest& request,
                              const RunContext& run) {
  switch (dimension) {
    case Dimension::kCategory:
      return Named(run.RowAt(request.position), &PlannedRow::category);
    case Dimension::kTier:
      return Named(run.RowAt(request.position), &PlannedRow::tier);
    case Dimension::kSubCategory:
      return Named(run.RowAt(request.position), &PlannedRow::sub_category);
    case Dimension::kTurn:
      return Numbered(request.turn);
    case Dimension::kTarget: {
      const std::vector<std::string>& urls = run.spec().target_urls;
      SliceKey key = Numbered(request.target);
      if (request.target < urls.size()) key.second = urls[request.target];
      return key;
    }
    case Dimension::kAgent:
      return Numbered(request.agent);
    case Dimension::kStage:
      break;
  }
  return SliceKey(static_cast<uint64_t>(request.stage), std::string(StageName(request.stage)));
}

SliceSums::Part SliceSums::Whole() const {
  Part whole = hold;
  whole.step_latency.Merge(rest.step_latency);
  for (size_t source = 0; source < kStepSources; ++source) {
    whole.lengths[source].Merge(rest.lengths[source]);
  }
  return whole;
}

void SliceTable::Add(const RequestRecord& record, const RunContext& run) {
  if (record.settled.ok()) AddTo(all_, record);
  for (size_t i = 0; i < kDimensions; ++i) {
    if (dropped_[i]) continue;
    const std::optional<SliceKey> key = KeyOf(static_cast<Dimension>(i), record.settled, run);
    if (!key) continue;
    SliceSums& sums = slices_[i][*key];
    if (record.settled.ok()) AddTo(sums, record);
    if (slices_[i].size() <= kKeysMax) continue;
    dropped_[i] = true;
    slices_[i].clear();
  }
}

}  // namespace specctl
