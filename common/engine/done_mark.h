// The mark that ends a stream of events.
#pragma once

#include <string_view>

namespace specctl {

// `text` without the white space around it.
std::string_view TrimmedText(std::string_view text);

// "[DONE]" as it should be, without white space around it.
inline constexpr std::string_view kDoneMark = "[DONE]";
// The same in letters of another case, or in quotes; `payload` has no white space around it.
bool IsOtherDoneMark(std::string_view payload);
// Whether the last line of a stream is the mark, in any form.
bool EndsInDoneMark(std::string_view stream);

}  // namespace specctl
