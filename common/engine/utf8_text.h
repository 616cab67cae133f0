// Text that should be UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace specctl {

// Appends `text` with each byte that is no part of a character of UTF-8 as U+FFFD, and each control
// character as a space.
void AppendAsUtf8(std::string_view text, std::string& out);

}  // namespace specctl
