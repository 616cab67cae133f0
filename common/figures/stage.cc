#include "common/figures/stage.h"

namespace specctl {
namespace {

constexpr NameTable<Stage> kStageNames = {{
    {Stage::kRamp, "ramp"},
    {Stage::kWarmup, "warmup"},
    {Stage::kHold, "hold"},
    {Stage::kReduced, "reduced"},
    {Stage::kDrain, "drain"},
}};
static_assert(NamesEach(kStageNames));

constexpr NameTable<LiveStage> kLiveStageNames = {{
    {LiveStage::kPreparing, "preparing"},
    {LiveStage::kArmed, "armed"},
    {LiveStage::kRamp, kStageNames[static_cast<size_t>(Stage::kRamp)].name},
    {LiveStage::kWarmup, kStageNames[static_cast<size_t>(Stage::kWarmup)].name},
    {LiveStage::kHold, kStageNames[static_cast<size_t>(Stage::kHold)].name},
    {LiveStage::kReduced, kStageNames[static_cast<size_t>(Stage::kReduced)].name},
    {LiveStage::kDrain, kStageNames[static_cast<size_t>(Stage::kDrain)].name},
    {LiveStage::kDone, "done"},
}};
static_assert(NamesEach(kLiveStageNames));

}  // namespace

std::string_view StageName(Stage stage) { return kStageNames[static_cast<size_t>(stage)].name; }

std::span<const NamedValue<Stage>> StageNames() { return kStageNames; }

LiveStage LiveStageOf(Stage stage) {
  switch (stage) {
    case Stage::kRamp:
      return LiveStage::kRamp;
    case Stage::kWarmup:
      return LiveStage::kWarmup;
    case Stage::kHold:
      return LiveStage::kHold;
    case Stage::kReduced:
      return LiveStage::kReduced;
    case Stage::kDrain:
    case Stage::kEnd:
      break;
  }
  return LiveStage::kDrain;
}

std::string_view LiveStageName(LiveStage stage) {
  return kLiveStageNames[static_cast<size_t>(stage)].name;
}

}  // namespace specctl
