#include "common/analysis/littles_law.h"

#include <algorithm>
#include <cmath>

#include <absl/strings/str_format.h>

namespace specctl {
namespace {

constexpr double kLittleShareMax = 0.05;  // of what is expected in flight
// At a few in flight 5 % is less than one request, which the ends of the hold may cost.
constexpr double kLittleApartMin = 1;  // requests
constexpr double kLittleSigmas = 4;    // of Poisson's spread, over the seconds
constexpr uint64_t kLittleWindowsMin = 10;

// Time that the requests spent in flight between two times, by their rows; one that never ended was
// in flight to the last [s].
double TimeInFlight(std::span<const SettledRequest> requests, int64_t from_ns, int64_t to_ns) {
  int64_t spent_ns = 0;
  for (const SettledRequest& request : requests) {
    // Only the part within the hold, at either side.
    const int64_t end_ns = std::min(request.end_ns.value_or(to_ns), to_ns);
    spent_ns += std::max(end_ns - std::max(request.begin_ns, from_ns), int64_t{0});
  }
  return static_cast<double>(spent_ns) / 1e9;
}

// Mean over the seconds of the hold that every agent told of; nullopt where these are too few.
std::optional<double> CountedInFlight(const HealthFold& health, int64_t first_s, int64_t end_s,
                                      size_t agents) {
  double counted = 0;
  uint64_t told = 0;
  for (int64_t second = first_s; second < end_s; ++second) {
    const WindowHealth& window = health.At(static_cast<size_t>(second));
    // A sum without one of the agents is too small.
    if (window.agents_told != agents) continue;
    counted += static_cast<double>(window.in_flight);
    ++told;
  }
  if (told < kLittleWindowsMin) return std::nullopt;
  return counted / static_cast<double>(told);
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
  const std::optional<double> in_flight =
      CountedInFlight(evidence.health, first_s, first_s + length_s, figures.agents.size());
  if (!in_flight) {
    checked.not_made =
        absl::StrFormat("Little's law (fewer than %d seconds of the hold have every agent's count)",
                        kLittleWindowsMin);
    return checked;
  }
  const double expected =
      TimeInFlight(evidence.requests, first_s * kSecondNs, (first_s + length_s) * kSecondNs) /
      static_cast<double>(length_s);
  double apart_max = std::max(kLittleShareMax * expected, kLittleApartMin);
  // Of arrivals the number in flight goes up and down, and is counted once a second.
  if (!ExpectationOf(figures.spec.load.shape).in_flight) {
    const auto seconds = static_cast<double>(length_s);
    apart_max = std::max(apart_max, kLittleSigmas * std::sqrt(expected / seconds));
  }
  if (std::abs(*in_flight - expected) <= apart_max) return checked;
  checked.finding = Finding{
      .state = VerdictState::kDegraded,
      .reason = {.code = ReasonCode::kLittlesLaw,
                 .text = absl::StrFormat(
                     "%.1f requests in flight as counted by the agents, %.1f as rate times latency",
                     *in_flight, expected)}};
  return checked;
}

}  // namespace specctl
