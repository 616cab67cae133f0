#include "common/analysis/steadiness.h"

#include <algorithm>
#include <variant>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/stats/growth.h"

namespace specctl {
namespace {

constexpr double kLeastShare = 0.05;  // of bs, or of what is in flight on average
constexpr double kLeastRequests = 1;

std::optional<double> LevelOf(GrowingLevel level, const WindowFigures& window) {
  return level == GrowingLevel::kWaiting ? window.servers_waiting
                                         : std::optional(window.in_flight_mean);
}

std::string_view NameOf(GrowingLevel level) {
  return level == GrowingLevel::kWaiting ? "requests that wait on the servers"
                                         : "requests in flight";
}

void WithholdIntervals(FigureSet& set) {
  for (std::optional<Estimate>* estimate :
       {&set.throughput.output_tps, &set.throughput.total_tps, &set.throughput.requests_per_s,
        &set.throughput.user_tps_mean, &set.throughput.goodput_share}) {
    if (*estimate) (*estimate)->low = (*estimate)->high = std::nullopt;
  }
  for (std::optional<Distribution>* described :
       {&set.latency.ttft_ms, &set.latency.ttft_user_ms, &set.latency.ttfo_ms, &set.latency.itl_ms,
        &set.latency.step_latency_ms, &set.latency.request_latency_ms,
        &set.latency.request_latency_user_ms, &set.latency.user_tps}) {
    if (*described) (*described)->intervals.reset();
  }
}

}  // namespace

std::optional<HoldGrowth> FindGrowthOf(GrowingLevel level, std::span<const WindowFigures> hold,
                                       double least) {
  std::vector<double> series;
  for (const WindowFigures& window : hold) {
    if (const std::optional<double> value = LevelOf(level, window)) series.push_back(*value);
  }
  const std::optional<Growth> growth = FindGrowth(series, least);
  if (!growth) return std::nullopt;
  return HoldGrowth{.level = level, .from = std::max(growth->from, 0.0), .to = growth->to};
}

std::optional<HoldGrowth> FindGrowthOfHold(const Results& figures) {
  if (figures.headline_is_whole_run) return std::nullopt;
  const std::span<const WindowFigures> hold =
      std::span(figures.windows)
          .subspan(static_cast<size_t>(figures.hold->start_s), figures.hold->windows);
  const auto expected = ExpectationOf(figures.spec.load.shape).in_flight;
  if (expected) {
    return FindGrowthOf(GrowingLevel::kWaiting, hold,
                        std::max(kLeastRequests, kLeastShare * *expected));
  }
  double in_flight = 0;
  for (const WindowFigures& window : hold) in_flight += window.in_flight_mean;
  const double mean = hold.empty() ? 0 : in_flight / static_cast<double>(hold.size());
  return FindGrowthOf(GrowingLevel::kInFlight, hold, std::max(kLeastRequests, kLeastShare * mean));
}

void WithholdIntervals(Results& results) {
  WithholdIntervals(results.headline);
  if (results.with_invalid) WithholdIntervals(*results.with_invalid);
}

std::optional<Finding> CheckSteady(const Results& figures) {
  if (!figures.growth) return std::nullopt;
  const HoldGrowth& growth = *figures.growth;
  return Finding{.state = VerdictState::kDegraded,
                 .reason = {.code = ReasonCode::kUnstable,
                            .text = absl::StrFormat(
                                "%s grew from %.0f to %.0f over the hold: no steady state, "
                                "and no data point",
                                std::string(NameOf(growth.level)), growth.from, growth.to)}};
}

}  // namespace specctl
