// Names of a sweep's enumerated values, as its files print them.
#pragma once

#include <optional>
#include <string_view>

#include "common/planning/sweep.h"

namespace specctl {

std::string_view PointRoleName(PointRole role);     // "grid", "anchor", "repeat"
std::string_view PointStateName(PointState state);  // "planned", "done", "skipped", "failed"

// nullopt: not such a name.
std::optional<PointRole> ParsePointRole(std::string_view name);
std::optional<PointState> ParsePointState(std::string_view name);
std::optional<VerdictState> ParseVerdict(std::string_view name);  // as VerdictName() writes it

}  // namespace specctl
