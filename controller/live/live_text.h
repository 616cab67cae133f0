// The live view as text.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "controller/run/run_observer.h"

namespace specctl::controller {

// Time until the work is done: what the duration leaves, or what the share of requests done so far
// says, whichever is less; nullopt where neither says anything.
std::optional<double> TimeLeftSeconds(const RunSnapshot& snapshot);

// One character a value, as high as its share of the largest; the last `width` values.
std::string Sparkline(std::span<const double> values, size_t width);

// The block that redraws: lines of at most `width` columns, without line ends.
std::vector<std::string> BlockLines(const RunSnapshot& snapshot, size_t width);

// The same in one plain ASCII line, for logs.
std::string PlainLine(const RunSnapshot& snapshot);

}  // namespace specctl::controller
