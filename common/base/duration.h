// Durations as people write them: "90", "90s", "500ms", "2m", "1h30m".
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "common/base/clock.h"

namespace specctl {

// A number without a unit is seconds; units are ns, us, ms, s, m, h; parts add up, each at most
// once a string and with decimals if wanted.  At most 365 days, never negative. INVALID_ARGUMENT
// "need a duration like 90, 90s, 500ms or 1h30m, got <text>".
absl::StatusOr<Nanos> ParseDuration(std::string_view text);

// The shortest of those forms that a person would write: "500 ms", "90 s", "5 m", "1 h 30 m".
std::string FormatDuration(Nanos duration);

}  // namespace specctl
