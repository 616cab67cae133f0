// How far a word that was typed is from one that is known.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace specctl {

// Levenshtein's: fewest single-byte insertions, deletions and substitutions.  Takes time and space
// in proportion to the product and the length of its texts: bound them.
size_t EditDistance(std::string_view from, std::string_view to);

// The one of `known` that `typed` was probably meant to be: it begins with it (3 bytes or more), or
// is the nearest, within a quarter of its length and at least one change.  Empty where there is
// none, or where `typed` is longer than 64 bytes.
std::string_view NearestName(std::string_view typed, std::span<const std::string_view> known);

}  // namespace specctl
