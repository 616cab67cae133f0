// How far a word that was typed is from one that is known.
#pragma once

#include <cstddef>
#include <string_view>

namespace specctl {

// Levenshtein's: fewest single-byte insertions, deletions and substitutions.  Takes time and space
// in proportion to the product and the length of its texts: bound them.
size_t EditDistance(std::string_view from, std::string_view to);

}  // namespace specctl
