// RecogniseCategory: which of SPEED-Bench's categories a prompt is of, judged by its words.
#pragma once

#include <string_view>

namespace specctl::sim {

// What a prompt is of when nothing in it tells.
inline constexpr std::string_view kOtherCategory = "other";

// One of "coding", "humanities", "math", "multilingual", "qa", "rag", "reasoning", "roleplay",
// "stem", "summarization", "writing", kOtherCategory: the one with most of its key words in the
// first 4 KiB of `prompt`; the first in this order where several have as many.  Pure; thread-safe.
std::string_view RecogniseCategory(std::string_view prompt);

}  // namespace specctl::sim
