#include "common/figures/stage.h"

namespace specctl {
namespace {

constexpr NameTable<Stage> kStageNames = {{
    {Stage::kRamp, "ramp"},
    {Stage::kWarmup, "warmup"},
    {Stage::kHold, "hold"},
    {Stage::kDrain, "drain"},
}};
static_assert(NamesEach(kStageNames));

}  // namespace

std::string_view StageName(Stage stage) { return kStageNames[static_cast<size_t>(stage)].name; }

std::span<const NamedValue<Stage>> StageNames() { return kStageNames; }

}  // namespace specctl
