#include "common/analysis/slice_table.h"

#include <algorithm>

namespace specctl {
namespace {

std::optional<SliceKey> Named(const PlannedRow* row, std::string PlannedRow::*name) {
  if (row == nullptr || (row->*name).empty()) return std::nullopt;
  return SliceKey(0, row->*name);
}

SliceKey Numbered(uint64_t number) { return {number, std::to_string(number)}; }

// The step latencies of a request.
struct StepLatencies {
  IntervalValues sound, spoiled;  // spoiled: by an invalid window
};

// A gap is as uncertain as the arrivals at its two ends.
StepLatencies StepLatenciesOf(const EndedRequest& request, const WindowVerdicts& verdicts) {
  using std::chrono::microseconds;
  const OpenRequest& open = request.open;
  // Gaps and inexact arrivals are both in the order of chunks: one walk over the two.
  auto within = open.within_us.begin();
  const auto within_of = [&](uint32_t chunk) {
    while (within != open.within_us.end() && within->first < chunk) ++within;
    const bool inexact = within != open.within_us.end() && within->first == chunk;
    return Nanos(microseconds(inexact ? within->second : 0));
  };
  StepLatencies latencies;
  Nanos before = within_of(0);
  int64_t arrival_ns = request.settled.first_token_ns.value_or(0);  // with gaps it is there
  uint32_t chunk = 0;
  for (const uint32_t gap_us : open.gaps_us) {
    const Nanos gap = microseconds(gap_us);
    const Nanos after = within_of(++chunk);
    arrival_ns += gap.count();
    const bool spoiled = request.settled.in_invalid_window || verdicts.IsInvalidAt(arrival_ns);
    IntervalValues& values = spoiled ? latencies.spoiled : latencies.sound;
    const Nanos low = std::max(gap - after, Nanos(0)), high = gap + before;
    if (low == high) {
      values.AddExact(gap);
    } else {
      values.AddWithin(gap, low, high);
    }
    before = after;
  }
  return latencies;
}

void AddStepLatencies(SliceSums& sums, const EndedRequest& request,
                      const StepLatencies& latencies) {
  const bool in_hold = request.settled.stage == Stage::kHold;
  SliceSums::Part& part = in_hold ? sums.hold : sums.rest;
  part.step_latency.AddValues(latencies.sound);
  (in_hold ? sums.hold_spoiled : part.step_latency).AddValues(latencies.spoiled);
}

}  // namespace

std::string_view PromptCacheName(PromptCache cache) {
  return cache == PromptCache::kHot ? "hot" : "cold";
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
    case Dimension::kDifficulty:
      return Named(run.RowAt(request.position), &PlannedRow::difficulty);
    case Dimension::kTurn:
      return Numbered(request.turn);
    case Dimension::kTarget:
      return SliceKey(request.target, TargetLabel(run.spec(), request.target));
    case Dimension::kModel: {
      const std::string_view model =
          ModelOf(run.spec(), run.RowAt(request.position), request.target);
      if (model.empty()) return std::nullopt;
      return SliceKey(0, model);
    }
    case Dimension::kAgent:
      return Numbered(request.agent);
    case Dimension::kStage:
      return SliceKey(static_cast<uint64_t>(request.stage), std::string(StageName(request.stage)));
    case Dimension::kAddress:
      if (request.address == 0) return std::nullopt;
      return SliceKey(0, run.addresses.ValueOf(request.address));
    case Dimension::kHeader:
      if (request.header == 0) return std::nullopt;
      return SliceKey(0, run.header_values.ValueOf(request.header));
    case Dimension::kPrefix:
    case Dimension::kEnd:
      break;
  }
  if (request.prompt_cache == PromptCache::kUntold) return std::nullopt;
  return SliceKey(0, PromptCacheName(request.prompt_cache));
}

SliceSums::Part SliceSums::WholeHold() const {
  Part whole = hold;
  whole.step_latency.Merge(hold_spoiled);
  return whole;
}

SliceSums::Part SliceSums::Whole() const {
  Part whole = WholeHold();
  whole.step_latency.Merge(rest.step_latency);
  return whole;
}

void SliceTable::AddRequest(const EndedRequest& request, const WindowVerdicts& verdicts,
                            const RunContext& run) {
  const bool ok = request.settled.ok();
  StepLatencies latencies;
  // What its chunks are is in doubt.
  const bool tells_steps = ok && !request.settled.unattributed;
  if (tells_steps) latencies = StepLatenciesOf(request, verdicts);
  if (ok) AddStepLatencies(all_, request, latencies);
  for (size_t i = 0; i < kDimensions; ++i) {
    if (dropped_[i]) continue;
    const std::optional<SliceKey> key = KeyOf(static_cast<Dimension>(i), request.settled, run);
    if (!key) continue;
    SliceSums& sums = slices_[i][*key];
    if (ok) AddStepLatencies(sums, request, latencies);
    if (slices_[i].size() <= kKeysMax) continue;
    // For good: later requests would begin it again.
    dropped_[i] = true;
    slices_[i].clear();
  }
}

}  // namespace specctl
