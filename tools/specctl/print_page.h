// How every subcommand prints: the one place where text meets the terminal.
#pragma once

#include <ostream>
#include <string_view>

#include <absl/status/status.h>

namespace specctl::cli {

// Writes `page` to `out`, which is std::cout but in tests, and makes sure that it arrived.  Names
// and errors in it may come from servers and files: no control character of theirs reaches the
// terminal (PrintableLines).  `colour`: of the verdict that the page begins with.
// INTERNAL: the page, or a part of it, could not be written; says why.
absl::Status PrintPage(std::string_view page, std::ostream& out, bool colour = false);

// The same for JSON, which has escapes of its own and stays as it is.
absl::Status PrintJson(std::string_view json, std::ostream& out);

// A message on a line of its own, safe as a page is.  `err` is std::cerr but in tests.
void Say(std::string_view text, std::ostream& err);
void Say(std::string_view text);

}  // namespace specctl::cli
