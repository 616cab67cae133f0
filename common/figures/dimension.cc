#include "common/figures/dimension.h"

namespace specctl {
namespace {

constexpr NameTable<Dimension> kDimensionNames = {{
    {Dimension::kCategory, "category"},
    {Dimension::kTier, "tier"},
    {Dimension::kSubCategory, "sub_category"},
    {Dimension::kDifficulty, "difficulty"},
    {Dimension::kTurn, "turn"},
    {Dimension::kTarget, "target"},
    {Dimension::kModel, "model"},
    {Dimension::kAgent, "agent"},
    {Dimension::kStage, "stage"},
    {Dimension::kPrefix, "prefix"},
    {Dimension::kAddress, "address"},
    {Dimension::kHeader, "header"},
}};
static_assert(NamesEach(kDimensionNames));

}  // namespace

std::string_view DimensionName(Dimension dimension) {
  return kDimensionNames[static_cast<size_t>(dimension)].name;
}

std::span<const NamedValue<Dimension>> DimensionNames() { return kDimensionNames; }

}  // namespace specctl
