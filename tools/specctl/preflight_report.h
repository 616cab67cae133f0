// What a preflight found, as a page and as JSON.
#pragma once

#include <string>

#include "tools/specctl/preflight_findings.h"

namespace specctl::cli {

// docs/preflight.md explains both.
std::string PreflightPage(const Preflight& preflight);
std::string PreflightJson(const Preflight& preflight);

}  // namespace specctl::cli
