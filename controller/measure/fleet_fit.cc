#include "controller/measure/fleet_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <absl/strings/str_format.h>

#include "common/workload/load_job.h"

namespace specctl::controller {
namespace {

constexpr uint32_t kStreamsPerAgent = 256;
constexpr double kArrivalsPerAgent = 500;  // per second
// What the controller opens besides, for each agent, its session and the socket that starts it.
constexpr uint64_t kControllerFiles = 32;
constexpr uint64_t kFilesOfAgent = 2;

uint64_t AgentNeeds(uint64_t bs, uint64_t agents) {
  return (bs + agents - 1) / agents + kAgentFiles;
}
uint64_t ControllerNeeds(uint64_t agents) { return kControllerFiles + kFilesOfAgent * agents; }

uint32_t DefaultAgents(const LoadExpectation& expected, const FleetFacts& fleet) {
  uint32_t cores = 0;
  for (const FleetHost& host : fleet.hosts) cores += host.cores;
  // How many an open loop will have in flight nobody knows, only how many arrive.
  const double wanted = expected.in_flight
                            ? static_cast<double>(*expected.in_flight) / kStreamsPerAgent
                            : expected.begun_per_s.value_or(0) / kArrivalsPerAgent;
  const auto most = static_cast<double>(std::clamp<uint32_t>(cores, 1, expected.slots));
  return static_cast<uint32_t>(std::clamp(std::ceil(wanted), 1.0, most));
}

// The flag that says how many conversations are open at once.
std::string_view SlotsFlag(const LoadShape& shape) {
  return std::holds_alternative<ClosedLoop>(shape) ? "--bs" : "--in-flight-max";
}

// Any agent may be on it.
const FleetHost& NarrowestHost(const FleetFacts& fleet) {
  return *std::min_element(
      fleet.hosts.begin(), fleet.hosts.end(),
      [](const FleetHost& a, const FleetHost& b) { return a.files_max < b.files_max; });
}

// The fewest agents that fit the limits; 0: no number does.
uint64_t AgentsThatFit(uint64_t bs, uint64_t agent_files_max, uint64_t controller_files_max) {
  const uint64_t slots_max = StreamsThatFit(agent_files_max);
  if (slots_max == 0) return 0;
  const uint64_t agents = (bs + slots_max - 1) / slots_max;
  return ControllerNeeds(agents) <= controller_files_max ? agents : 0;
}

absl::Status CheckFiles(const LoadShape& shape, uint32_t agents, const FleetFacts& fleet) {
  const uint32_t bs = ExpectationOf(shape).slots;
  const FleetHost& host = NarrowestHost(fleet);
  const uint64_t agent_needs = AgentNeeds(bs, agents);
  const uint64_t controller_needs = ControllerNeeds(agents);
  const bool agent_fits = agent_needs <= host.files_max;
  const bool controller_fits = controller_needs <= fleet.controller_files_max;
  if (agent_fits && controller_fits) return absl::OkStatus();
  // Of two that are short, the one that needs more.
  const bool of_agent = !agent_fits && (controller_fits || agent_needs >= controller_needs);
  const uint64_t needed = of_agent ? agent_needs : controller_needs;
  const std::string where = of_agent && !host.name.empty() ? "on " + host.name : "here";
  std::string text = absl::StrFormat(
      "%s %d over --agents %d: %s would need %d open files, but the limit %s is %d; ",
      SlotsFlag(shape), bs, agents, of_agent ? "an agent" : "the controller", needed, where,
      of_agent ? host.files_max : fleet.controller_files_max);
  const uint64_t fewest = AgentsThatFit(bs, host.files_max, fleet.controller_files_max);
  if (fewest > 0) text += absl::StrFormat("use --agents %d, or ", fewest);
  text += absl::StrFormat(
      "raise it in %s shell: ulimit -n %d (only root may exceed the hard limit, shown by ulimit "
      "-Hn)",
      where == "here" ? "this" : "the agents'", needed);
  return absl::ResourceExhaustedError(text);
}

}  // namespace

FleetFacts WithMembers(FleetFacts here, std::span<const FleetMember> members) {
  for (const FleetMember& one : members) {
    const HostFacts& member = one.host;
    const auto known =
        std::find_if(here.hosts.begin(), here.hosts.end(), [&](const FleetHost& host) {
          return !host.boot_id.empty() && host.boot_id == member.boot_id;
        });
    if (known == here.hosts.end()) {
      here.hosts.push_back({.name = member.hostname,
                            .boot_id = member.boot_id,
                            .cores = member.cores,
                            .files_max = member.files_max});
    } else {
      known->files_max = std::min(known->files_max, member.files_max);
    }
  }
  return here;
}

uint64_t StreamsThatFit(uint64_t files_max) {
  return files_max > kAgentFiles ? files_max - kAgentFiles : 0;
}

absl::StatusOr<uint32_t> FitFleet(const LoadShape& shape, std::optional<uint32_t> asked,
                                  const FleetFacts& fleet) {
  const LoadExpectation expected = ExpectationOf(shape);
  if (asked && *asked > expected.slots) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: need at least one slot per agent (--agents %d), got %d",
                        SlotsFlag(shape), *asked, expected.slots));
  }
  const uint32_t agents = asked.value_or(DefaultAgents(expected, fleet));
  if (auto fits = CheckFiles(shape, agents, fleet); !fits.ok()) return fits;
  return agents;
}

}  // namespace specctl::controller
