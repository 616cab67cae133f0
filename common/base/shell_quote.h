// Words of commands that users are told to run.
#pragma once

#include <string>
#include <string_view>

namespace specctl {

// `text` as one word of a POSIX shell: as it is where that is safe, else in single quotes.
std::string ShellQuoted(std::string_view text);

}  // namespace specctl
