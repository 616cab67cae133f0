// How every subcommand prints what it was asked for.
#pragma once

#include <ostream>
#include <string_view>

#include <absl/status/status.h>

namespace specctl::cli {

// Writes `page` to `out`, which is std::cout but in tests, and makes sure that it arrived.
// INTERNAL  a full disk, a closed pipe: part of the page may be there
absl::Status PrintPage(std::string_view page, std::ostream& out);

}  // namespace specctl::cli
