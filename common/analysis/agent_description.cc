#include "common/analysis/agent_description.h"

#include <algorithm>
#include <vector>

#include "common/analysis/stages.h"

namespace specctl {
namespace {

// The agent's first slot is due when its share of the ramp has passed.
std::optional<double> StartedMs(const AgentState& agent, const LoadSpec& load) {
  // An open loop's first arrival comes when it comes.
  if (!agent.first_begin_ns || std::holds_alternative<OpenLoop>(load.shape)) return std::nullopt;
  const double due_ns = static_cast<double>(load.ramp.count()) * agent.agent /
                        static_cast<double>(ExpectationOf(load.shape).slots);
  return (static_cast<double>(*agent.first_begin_ns) - due_ns) / 1e6;
}

}  // namespace

AgentFigures DescribeAgent(const AgentState& agent, const Conservation& books,
                           const LoadSpec& load) {
  AgentFigures figures;
  figures.agent = agent.agent;
  figures.host = agent.host;
  figures.slots = agent.slots;
  figures.started_ms = StartedMs(agent, load);
  figures.null_server = agent.null_server;
  figures.lost = agent.lost;
  figures.end_reason = agent.end_reason;
  figures.conservation = books;
  figures.chunks = agent.chunks;
  figures.reads = agent.reads;
  figures.coalesced_reads = agent.coalesced_reads;
  figures.unstamped_reads = agent.unstamped_reads;
  figures.chunks_dropped = agent.chunks_dropped;
  figures.receive_lag_p99_ms_max = static_cast<double>(agent.receive_lag_p99_ns_max) / 1e6;
  figures.cpu_seconds = static_cast<double>(agent.cpu_ns) / static_cast<double>(kSecondNs);
  figures.rss_bytes_max = agent.rss_bytes_max;
  figures.clock_bound_ms = static_cast<double>(agent.clock_bound_ns) / 1e6;
  return figures;
}

std::optional<StartSkew> StartSkewOf(std::span<const AgentFigures> agents) {
  std::vector<double> started, bounds;
  for (const AgentFigures& agent : agents) {
    if (!agent.started_ms) continue;
    started.push_back(*agent.started_ms);
    bounds.push_back(agent.clock_bound_ms);
  }
  if (started.size() < 2) return std::nullopt;
  const auto [first, last] = std::minmax_element(started.begin(), started.end());
  // Either of the two may be off by its clock's bound.
  return StartSkew{.ms = *last - *first,
                   .bound_ms = 2 * *std::max_element(bounds.begin(), bounds.end())};
}

}  // namespace specctl
