#include "common/analysis/littles_law.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

constexpr double kLittleShareMax = 0.05;  // of what is expected in flight
// At a few in flight 5 % is less than one request, which the ends of the hold may cost.
constexpr double kLittleApartMin = 1;  // requests
constexpr double kLittleErrors = 4;    // standard errors of the mean of the counts
constexpr uint64_t kLittleWindowsMin = 10;

// Time that the requests spent in flight between two times, by their rows; one that never ended was
// in flight to the last, or as far as its agent told before it was lost [s].
double TimeInFlight(const Evidence& evidence, int64_t from_ns, int64_t to_ns) {
  int64_t spent_ns = 0;
  for (const SettledRequest& request : evidence.requests) {
    const AgentState& agent = evidence.agents[request.agent];
    const int64_t told_ns = agent.lost ? agent.reported_ns.value_or(0) : to_ns;
    // Only the part within the hold, at either side.
    const int64_t end_ns = std::min(request.end_ns.value_or(told_ns), to_ns);
    spent_ns += std::max(end_ns - std::max(request.begin_ns, from_ns), int64_t{0});
  }
  return static_cast<double>(spent_ns) / 1e9;
}

// At the seconds of the hold that every agent told of.
std::vector<double> CountedInFlight(const HealthFold& health, int64_t first_s, int64_t end_s,
                                    size_t agents) {
  std::vector<double> counted;
  for (int64_t second = first_s; second < end_s; ++second) {
    const WindowHealth& window = health.At(static_cast<size_t>(second));
    // A sum without one of the agents is too small.
    if (window.agents_told != agents) continue;
    counted.push_back(static_cast<double>(window.in_flight));
  }
  return counted;
}

// How far the mean of counts may be from the mean over time: they are taken once a second of what
// goes up and down with the arrivals, and more where the servers work in bursts.
double ErrorOfCounts(std::span<const double> counted, double mean) {
  double squares = 0;
  for (const double each : counted) squares += (each - mean) * (each - mean);
  const auto count = static_cast<double>(counted.size());
  return std::sqrt(std::max(squares / (count - 1), mean) / count);
}

}  // namespace

CheckResult CheckLittlesLaw(const Evidence& evidence, const Results& figures) {
  CheckResult checked;
  if (figures.headline_is_whole_run) {
    checked.not_made = "Little's law (there is no hold)";
    return checked;
  }
  const auto first_s = static_cast<int64_t>(figures.hold->start_s);
  const auto length_s = static_cast<int64_t>(figures.hold->length_s);
  const std::optional<LoadLeft> left = LoadLeftOfHold(figures);
  const size_t agents = left ? left->agents : figures.agents.size();
  const std::vector<double> counted =
      CountedInFlight(evidence.health, first_s, first_s + length_s, agents);
  if (counted.size() < kLittleWindowsMin) {
    checked.not_made =
        absl::StrFormat("Little's law (fewer than %d seconds of the hold have every agent's count)",
                        kLittleWindowsMin);
    return checked;
  }
  const double in_flight =
      std::accumulate(counted.begin(), counted.end(), 0.0) / static_cast<double>(counted.size());
  const double expected =
      TimeInFlight(evidence, first_s * kSecondNs, (first_s + length_s) * kSecondNs) /
      static_cast<double>(length_s);
  double apart_max = std::max(kLittleShareMax * expected, kLittleApartMin);
  if (!ExpectationOf(figures.spec.load.shape).in_flight) {
    apart_max = std::max(apart_max, kLittleErrors * ErrorOfCounts(counted, in_flight));
  }
  if (std::abs(in_flight - expected) <= apart_max) return checked;
  checked.finding = Finding{
      .state = VerdictState::kDegraded,
      .reason = {.code = ReasonCode::kLittlesLaw,
                 .text = absl::StrFormat(
                     "%.1f requests in flight as counted by the agents, %.1f as rate times latency",
                     in_flight, expected)}};
  return checked;
}

}  // namespace specctl
