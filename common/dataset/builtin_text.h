// The text that the builtin dataset is made of.
#pragma once

#include <string_view>

namespace specctl {

// Lists of a PhraseBook.
extern const std::string_view kBuiltinPhrases;

// Templates of the qualitative rows: "# <category>" opens a category, each other line is the first
// turn of a row, and a line that begins with "+ " one more turn of the row before.
extern const std::string_view kBuiltinPrompts;

}  // namespace specctl
