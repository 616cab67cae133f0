#include "controller/run/arm_lead.h"

#include <algorithm>

namespace specctl::controller {
namespace {

constexpr int kRoundTrips = 3;
constexpr Nanos kLeadMin = std::chrono::milliseconds(100);
// Another host's agent goes by its wall clock, which may be off.
constexpr Nanos kLeadMinAcrossHosts = std::chrono::seconds(1);
constexpr Nanos kLeadMax = std::chrono::seconds(20);

}  // namespace

Nanos ArmLead(const AgentRoster& roster, Nanos slowest_sync, const std::string& boot_id) {
  bool one_clock = !boot_id.empty();
  for (uint32_t i = 0; i < roster.size(); ++i) {
    one_clock = one_clock && roster[i].host.boot_id == boot_id;
  }
  // Enough time for Arm to reach the slowest agent, judging by how long Prepare took.
  return std::clamp(kRoundTrips * (roster.SlowestPrepare() + slowest_sync),
                    one_clock ? kLeadMin : kLeadMinAcrossHosts, kLeadMax);
}

}  // namespace specctl::controller
