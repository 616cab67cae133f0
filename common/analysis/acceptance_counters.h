// Acceptance by the servers' own counters.
#pragma once

#include <optional>

#include "common/figures/figure_types.h"
#include "common/figures/server_figures.h"

namespace specctl {

// By the counters; nullopt where they tell no drafts.  `all_ok`: every request of the run was, so
// that requests finished stand for first tokens where the server does not count those.
std::optional<AcceptanceFigures> AcceptanceOfCounters(const ServerCounters& counters, bool all_ok);

}  // namespace specctl
