// The course of a preflight: which steps are made, one after another, and what stops it.
#pragma once

#include <cstdint>

#include <absl/status/status.h>

#include "tools/specctl/preflight_findings.h"
#include "tools/specctl/preflight_rate.h"
#include "tools/specctl/preflight_runner.h"

namespace specctl::cli {

// Each says on stderr which step it makes.  The only error is CANCELLED: nothing is told then, not
// even of the steps so far; any other is told in the findings, as what stopped it.

// Searches for the ceiling, with at most `streams_max` on each agent, and checks the plan that
// follows; what is not kept is tried once more.
absl::Status FindCeiling(const PreflightRunner& runner, uint32_t streams_max, Preflight& preflight);

// Tries the rate with `agents`, then twice as many, until it is kept or AgentsMax() were tried.
absl::Status TryRate(const PreflightRunner& runner, uint32_t agents, RatePreflight& preflight);

}  // namespace specctl::cli
