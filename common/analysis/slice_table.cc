#include "common/analysis/slice_table.h"

#include <algorithm>
#include <limits>

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
  IntervalValues after_hold;      // of a request of the hold
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
  constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  const int64_t hold_end_ns = request.held ? request.held->end_ns.value_or(kNever) : kNever;
  const bool all_spoiled = (request.held ? *request.held : request.settled).in_invalid_window;
  Nanos before = within_of(0);
  int64_t arrival_ns = request.settled.first_token_ns.value_or(0);  // with gaps it is there
  uint32_t chunk = 0;
  for (const uint32_t gap_us : open.gaps_us) {
    const Nanos gap = microseconds(gap_us);
    const Nanos after = within_of(++chunk);
    arrival_ns += gap.count();
    const bool spoiled = all_spoiled || verdicts.IsInvalidAt(arrival_ns);
    IntervalValues& of_hold = spoiled ? latencies.spoiled : latencies.sound;
    IntervalValues& values = arrival_ns < hold_end_ns ? of_hold : latencies.after_hold;
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
  const bool ok = request.settled.ok();
  if (request.settled.stage != Stage::kHold) {
    sums.rest.AddValues(latencies.sound);
    sums.rest.AddValues(latencies.spoiled);
    return;
  }
  SliceSums::Hold& hold = ok ? sums.hold : sums.hold_unfinished;
  hold.sound.AddValues(latencies.sound);
  hold.spoiled.AddValues(latencies.spoiled);
  if (ok) sums.rest.AddValues(latencies.after_hold);
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

IntervalSketch SliceSums::SoundHold() const {
  IntervalSketch sound = hold.sound;
  sound.Merge(hold_unfinished.sound);
  return sound;
}

IntervalSketch SliceSums::WholeHold() const {
  IntervalSketch whole = SoundHold();
  whole.Merge(hold.spoiled);
  whole.Merge(hold_unfinished.spoiled);
  return whole;
}

IntervalSketch SliceSums::Whole() const {
  IntervalSketch whole = hold.sound;
  whole.Merge(hold.spoiled);
  whole.Merge(rest);
  return whole;
}

void SliceTable::AddRequest(const EndedRequest& request, const WindowVerdicts& verdicts,
                            const RunContext& run) {
  const bool counts = request.settled.ok() || request.held;
  StepLatencies latencies;
  // What its chunks are is in doubt where they are unattributed.
  const bool tells_steps = counts && !request.settled.unattributed;
  if (tells_steps) latencies = StepLatenciesOf(request, verdicts);
  if (counts) AddStepLatencies(all_, request, latencies);
  for (size_t i = 0; i < kDimensions; ++i) {
    if (dropped_[i]) continue;
    const std::optional<SliceKey> key = KeyOf(static_cast<Dimension>(i), request.settled, run);
    if (!key) continue;
    SliceSums& sums = slices_[i][*key];
    if (counts) AddStepLatencies(sums, request, latencies);
    if (slices_[i].size() <= kKeysMax) continue;
    // For good: later requests would begin it again.
    dropped_[i] = true;
    slices_[i].clear();
  }
}

}  // namespace specctl
