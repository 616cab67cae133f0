// The stages of a run; headline figures are those of the hold.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "common/figures/name_table.h"

namespace specctl {

// kReduced: after the hold, with less load than planned, since agents were lost.
enum class Stage : uint8_t { kRamp, kWarmup, kHold, kReduced, kDrain, kEnd };

std::string_view StageName(Stage stage);  // "ramp", "warmup", "hold", "reduced", "drain"
std::span<const NamedValue<Stage>> StageNames();

// Where a run is while it runs: before T0, in a stage of its load, or over.
enum class LiveStage : uint8_t {
  kPreparing,
  kArmed,
  kRamp,
  kWarmup,
  kHold,
  kReduced,
  kDrain,
  kDone,
  kEnd,
};

LiveStage LiveStageOf(Stage stage);
std::string_view LiveStageName(LiveStage stage);  // "preparing", "armed", "ramp", ..., "done"

}  // namespace specctl
