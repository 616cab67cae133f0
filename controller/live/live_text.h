// The live view as text.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/analysis/run_fold.h"

namespace specctl::controller {

// What is shown at one moment.
struct LiveFrame {
  std::string run_id;
  LiveFigures figures;
  // Time left of ramp, warm-up and --duration; nullopt without a --duration.
  std::optional<double> duration_left_s;
};

// Time until the work is done: what the duration leaves, or what the share of requests done so far
// says, whichever is less; nullopt where neither says anything.
std::optional<double> TimeLeftSeconds(const LiveFrame& frame);

// One character a value, as high as its share of the largest; the last `width` values.
std::string Sparkline(std::span<const double> values, size_t width);

// The block that redraws: lines of at most `width` columns, without line ends.
std::vector<std::string> BlockLines(const LiveFrame& frame, size_t width);

// The same in one plain ASCII line, for logs.
std::string PlainLine(const LiveFrame& frame);

}  // namespace specctl::controller
