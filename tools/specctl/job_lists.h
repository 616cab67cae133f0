// The runs, sweeps and agents of a controller, as tables and as JSON.
#pragma once

#include <string>
#include <vector>

#include "common/base/clock.h"
#include "controller/api/job.h"
#include "controller/fleet/fleet_member.h"

namespace specctl::cli {

// A line each, oldest first; a sentence where there is none.  Pure.
std::string JobTable(const std::vector<controller::Job>& jobs, UnixTime now);
std::string AgentTable(const std::vector<controller::FleetMember>& members);
// An array of objects; times in Unix nanoseconds, what is absent has no key.
std::string JobsJson(const std::vector<controller::Job>& jobs);
std::string AgentsJson(const std::vector<controller::FleetMember>& members);

}  // namespace specctl::cli
