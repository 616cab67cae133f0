// A flag's whole number, as text that a person, a script or a file gave.
#pragma once

#include <cstdint>
#include <limits>

#include <CLI/CLI.hpp>

namespace specctl::flags {

// A transform() for options of an unsigned type that holds `max`: takes decimal digits within
// [min, max], and leaves them without leading zeros, which CLI11 would read as octal.  Refuses all
// else, an empty text and a sign too, which CLI11 ignores or wraps: "need 1 to 256, got "-1"".
CLI::Validator WholeNumber(uint64_t min, uint64_t max = std::numeric_limits<uint64_t>::max());

}  // namespace specctl::flags
