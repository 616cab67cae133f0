#include "common/analysis/stopped_intervals.h"

#include <algorithm>
#include <cmath>

namespace specctl {
namespace {

void WidenEnds(double value, std::optional<double>& low, std::optional<double>& high) {
  // A quantile that was not observed has no value to widen around.
  if (std::isnan(value)) return;
  if (low) low = std::max(0.0, value - kStoppedWidening * (value - *low));
  if (high) high = value + kStoppedWidening * (*high - value);
}

void WidenEstimate(std::optional<Estimate>& estimate) {
  if (estimate) WidenEnds(estimate->value, estimate->low, estimate->high);
}

// Of a share.
void CapAtOne(std::optional<Estimate>& share) {
  if (share && share->high) share->high = std::min(1.0, *share->high);
}

void WidenDistribution(std::optional<Distribution>& described) {
  if (!described || !described->intervals) return;
  const Distribution& of = *described;
  DistributionIntervals& intervals = *described->intervals;
  const auto widen = [](double value, SteadyBounds& bounds) {
    WidenEnds(value, bounds.low, bounds.high);
  };
  widen(of.mean, intervals.mean);
  widen(of.p1, intervals.p1);
  widen(of.p5, intervals.p5);
  widen(of.p10, intervals.p10);
  widen(of.p25, intervals.p25);
  widen(of.p50, intervals.p50);
  widen(of.p75, intervals.p75);
  widen(of.p90, intervals.p90);
  widen(of.p95, intervals.p95);
  widen(of.p99, intervals.p99);
  widen(of.p999, intervals.p999);
}

}  // namespace

void WidenForStopping(FigureSet& set) {
  ThroughputFigures& throughput = set.throughput;
  for (auto* estimate :
       {&throughput.output_tps, &throughput.total_tps, &throughput.requests_per_s,
        &throughput.user_tps_mean, &throughput.goodput_share, &throughput.goodput_per_s}) {
    WidenEstimate(*estimate);
  }
  CapAtOne(throughput.goodput_share);
  LatencyFigures& latency = set.latency;
  for (auto* described :
       {&latency.ttft_ms, &latency.ttft_user_ms, &latency.ttfo_ms, &latency.itl_ms,
        &latency.step_latency_ms, &latency.request_latency_ms, &latency.request_latency_user_ms,
        &latency.connect_ms, &latency.user_tps, &latency.receive_lag_ms}) {
    WidenDistribution(*described);
  }
  if (!set.acceptance) return;
  AcceptanceFigures& acceptance = *set.acceptance;
  for (auto* estimate : {&acceptance.per_step, &acceptance.delivered_per_step,
                         &acceptance.per_draft, &acceptance.accept_rate}) {
    WidenEstimate(*estimate);
  }
  CapAtOne(acceptance.accept_rate);
}

}  // namespace specctl
