// The stages of a run; headline figures are those of the hold.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "common/figures/name_table.h"

namespace specctl {

enum class Stage : uint8_t { kRamp, kWarmup, kHold, kDrain, kEnd };

std::string_view StageName(Stage stage);  // "ramp", "warmup", "hold", "drain"
std::span<const NamedValue<Stage>> StageNames();

}  // namespace specctl
