// SliceTable: requests by category, tier, sub-category, difficulty, turn, target, model, agent,
// stage, what the server had of their prompt, and a response header.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/analysis/ended_request.h"
#include "common/analysis/run_context.h"
#include "common/analysis/settled_request.h"
#include "common/analysis/window_health.h"
#include "common/figures/dimension.h"
#include "common/stats/interval_sketch.h"

namespace specctl {

std::string_view PromptCacheName(PromptCache cache);  // "cold", "hot"; not of kUntold

// Numbers sort as numbers; a name has the number 0.
using SliceKey = std::pair<uint64_t, std::string>;
// nullopt where the request has no such property.
std::optional<SliceKey> KeyOf(Dimension dimension, const SettledRequest& request,
                              const RunContext& run);

// What can't be had from rows: step latencies of ok requests; apart from the others those of
// requests begun in the hold, of steps that arrived in it, and of them those that invalid windows
// spoil: those of requests in_invalid_window, and those of steps that arrived in one.  The hold has
// those of requests that were in flight where it ended as well, whatever became of them.  Requests
// whose tokens can't be given to their chunks are left out.
struct SliceSums {
  struct Hold {
    IntervalSketch sound, spoiled;
  };
  Hold hold, hold_unfinished;  // the latter: of requests that did not end ok
  IntervalSketch rest;

  IntervalSketch SoundHold() const;
  IntervalSketch WholeHold() const;  // with what is spoiled
  IntervalSketch Whole() const;      // of ok requests, hold and rest
};

class SliceTable {
 public:
  // A dimension with more keys is no help to a reader, and is dropped.
  static constexpr size_t kKeysMax = 64;
  using Slices = std::map<SliceKey, SliceSums>;

  // `request` is settled: its stage is known.
  void AddRequest(const EndedRequest& request, const WindowVerdicts& verdicts,
                  const RunContext& run);

  // Empty where the dimension was dropped.
  const Slices& Of(Dimension dimension) const { return slices_[static_cast<size_t>(dimension)]; }
  bool IsDropped(Dimension dimension) const { return dropped_[static_cast<size_t>(dimension)]; }
  // Of all ok requests.
  const SliceSums& all() const { return all_; }

 private:
  std::array<Slices, kDimensions> slices_;
  std::array<bool, kDimensions> dropped_{};
  SliceSums all_;
};

}  // namespace specctl
