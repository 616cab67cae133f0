// Text of servers, files and flags, made safe for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace specctl {

// `text` on one line, safe to print: control characters (those that begin escape sequences among
// them, in C0 and in C1), line and paragraph separators, and the marks that turn the direction of
// writing become '?' each, as does each byte that is not UTF-8.
std::string Printable(std::string_view text);

// The same of a text of several lines: line feeds stay.
std::string PrintableLines(std::string_view text);

}  // namespace specctl
