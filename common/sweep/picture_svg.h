// Pictures as SVG.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/sweep/picture.h"

namespace specctl {

// One document with the pictures below each other: error bars to both axes, a point labelled by its
// load, filled where it is usable, the front as a dashed line.  It needs nothing from outside.
std::string PicturesSvg(std::span<const Picture> pictures, std::string_view title);

}  // namespace specctl
