// Why a row is no JSON, in words that tell what to mend.
#pragma once

#include <string>
#include <string_view>

namespace specctl {

// `row` is one that simdjson refuses and that is UTF-8.  What is wrong, and where it can be said
// the byte in the row, counted from 1.
std::string WhyNotJson(std::string_view row);

}  // namespace specctl
