// sweep.json: a sweep as its file has it.  docs/planning.md is the schema.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "common/planning/sweep.h"

namespace specctl {

// Increased when a key changes its meaning or is removed; new keys may come at any time.
inline constexpr uint32_t kSweepSchemaVersion = 1;

// What `sweep.json` in a sweep's folder is called.
inline constexpr std::string_view kSweepFile = "sweep.json";

std::string SweepJson(const Sweep& sweep);

// INVALID_ARGUMENT "<path>: <place>: ...": no JSON, another schema_version, a member of the wrong
// type, two targets or datasets of one name, a point of a target or dataset that the sweep does not
// have, or a load that is not above 0.
absl::StatusOr<Sweep> ParseSweep(const std::string& path, std::string_view text);

}  // namespace specctl
