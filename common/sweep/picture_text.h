// A picture in characters.
#pragma once

#include <string>

#include "common/sweep/picture.h"

namespace specctl {

struct PictureTextOptions {
  size_t columns = 100;  // at least 40
  size_t rows = 20;      // of the field; at least 5
};

// The field between its axes, each point as the letter of its curve and its load ("b16"), a capital
// where it is on the front, "?" behind one that is not usable; its interval as a line of - and |;
// below the field which letter is which curve.  Of points that fall on one place those on the front
// come first; the others stand a row below or above, or are counted.
std::string PictureText(const Picture& picture, const PictureTextOptions& options = {});

}  // namespace specctl
