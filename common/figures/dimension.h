// The dimensions by which a run's results are sliced.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "common/figures/name_table.h"

namespace specctl {

enum class Dimension : uint8_t {
  kCategory,
  kTier,
  kSubCategory,
  kDifficulty,
  kTurn,
  kTarget,
  kModel,
  kAgent,
  kStage,
  kPrefix,   // whether the server had cached a part of the prompt
  kAddress,  // of the target's replica, with --resolve all
  kHeader,   // value of the response header that --slice-by-header names
  kEnd,
};

inline constexpr size_t kDimensions = static_cast<size_t>(Dimension::kEnd);

std::string_view DimensionName(Dimension dimension);  // "category", ..., as slices name it
std::span<const NamedValue<Dimension>> DimensionNames();

}  // namespace specctl
