#include "common/analysis/agent_labels.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <absl/strings/str_format.h>

#include "common/analysis/evidence.h"

namespace specctl {
namespace {

constexpr uint64_t kUnacknowledgedMaxNs = 2'000'000'000;
// A window: a busy machine alone may delay an agent by less.
constexpr double kLateStartMinMs = 1'000;
// Less is what clocks that are kept may be apart.
constexpr int64_t kClockOffMinNs = 1'000'000'000;
constexpr double kUnstampedShareMin = 0.001;  // of the reads

uint64_t SumOf(std::span<const AgentState> agents, uint64_t AgentState::*count) {
  uint64_t sum = 0;
  for (const AgentState& agent : agents) sum += agent.*count;
  return sum;
}

std::optional<VerdictLabel> ClockOffLabel(std::span<const AgentState> agents) {
  const auto off = [](const AgentState& agent) { return std::abs(agent.wall_clock_off_ns); };
  const auto farthest =
      std::max_element(agents.begin(), agents.end(),
                       [&](const AgentState& a, const AgentState& b) { return off(a) < off(b); });
  if (farthest == agents.end() || off(*farthest) <= kClockOffMinNs + farthest->clock_bound_ns) {
    return std::nullopt;
  }
  return VerdictLabel{
      .code = Label::kClockOff,
      .text = absl::StrFormat(
          "the wall clock of agent %d (%s) is %.0f s %s the controller's: t_unix_ns of its chunks "
          "is, too; latencies use clocks that wall time does not touch",
          farthest->agent, farthest->host.hostname, static_cast<double>(off(*farthest)) / 1e9,
          farthest->wall_clock_off_ns > 0 ? "ahead of" : "behind")};
}

}  // namespace

std::vector<VerdictLabel> AgentLabels(std::span<const AgentState> agents) {
  std::vector<VerdictLabel> labels;
  if (const uint64_t steps = SumOf(agents, &AgentState::wall_clock_steps); steps > 0) {
    labels.push_back(
        {.code = Label::kClockStepped,
         .text = absl::StrFormat(
             "a wall clock was stepped %d times; latencies use clocks that are never stepped",
             steps)});
  }
  if (auto off = ClockOffLabel(agents)) labels.push_back(*std::move(off));
  const auto slowest =
      std::max_element(agents.begin(), agents.end(), [](const AgentState& a, const AgentState& b) {
        return a.unacknowledged_ns_max < b.unacknowledged_ns_max;
      });
  if (slowest != agents.end() && slowest->unacknowledged_ns_max > kUnacknowledgedMaxNs) {
    labels.push_back({.code = Label::kControllerLink,
                      .text = absl::StrFormat(
                          "a batch of agent %d waited %.1f s for the controller; the agent spooled "
                          "up to %d bytes",
                          slowest->agent, static_cast<double>(slowest->unacknowledged_ns_max) / 1e9,
                          slowest->spool_bytes_max)});
  }
  const uint64_t reads = SumOf(agents, &AgentState::reads);
  const uint64_t unstamped = SumOf(agents, &AgentState::unstamped_reads);
  if (static_cast<double>(unstamped) > kUnstampedShareMin * static_cast<double>(reads)) {
    labels.push_back(
        {.code = Label::kUserStamps,
         .text = absl::StrFormat(
             "%d of %d reads had no kernel timestamp and are dated by when they were read",
             unstamped, reads)});
  }
  return labels;
}

std::optional<VerdictLabel> ControllerLabel(const ControllerLives& lives) {
  if (lives.restarts() == 0) return std::nullopt;
  std::string text = absl::StrFormat(
      "the controller was started again %d times and away for %.1f s in all; agents went on, and "
      "servers' metrics have a gap",
      lives.restarts(), static_cast<double>(lives.away_ns()) / 1e9);
  if (lives.by_wall_clock()) {
    text += "; it changed hosts, whose clocks are joined by wall clock";
  }
  return VerdictLabel{.code = Label::kControllerRestarted, .text = std::move(text)};
}

std::optional<VerdictLabel> ReducedLoadLabel(const Results& figures) {
  if (figures.load_left.empty()) return std::nullopt;
  std::string of = "the hold before that";
  if (LoadLeftOfHold(figures)) of = "a hold with what was left";
  if (figures.headline_is_whole_run) of = "the whole run";
  return VerdictLabel{
      .code = Label::kReducedLoad,
      .text = absl::StrFormat("agents were lost, and the run went on without them: %s; the figures "
                              "are those of %s",
                              LoadLeftText(figures.load_left, figures.spec.load), of)};
}

std::optional<VerdictLabel> LateStartLabel(std::span<const AgentFigures> agents) {
  const auto last = std::max_element(agents.begin(), agents.end(),
                                     [](const AgentFigures& a, const AgentFigures& b) {
                                       return a.started_ms.value_or(0) < b.started_ms.value_or(0);
                                     });
  if (last == agents.end()) return std::nullopt;
  // What the clocks may be apart is no proof of lateness.
  const double late_ms = last->started_ms.value_or(0);
  if (late_ms - last->clock_bound_ms <= kLateStartMinMs) return std::nullopt;
  return VerdictLabel{
      .code = Label::kLateStart,
      .text = absl::StrFormat("agent %d began %.1f s late, having heard of T0 late or been held "
                              "up: the hold begins when all have begun",
                              last->agent, late_ms / 1e3)};
}

}  // namespace specctl
