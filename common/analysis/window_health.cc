#include "common/analysis/window_health.h"

#include <algorithm>

#include <absl/strings/str_format.h>

#include "common/analysis/stages.h"
#include "common/analysis/window_table.h"

namespace specctl {
namespace {

constexpr double kInvalidFactor = 5;  // times its limit
constexpr double kArrivalBoundShare = 0.01, kArrivalBoundMinMs = 0.1;
constexpr double kSendLagShare = 0.10, kSendLagMinMs = 10;
constexpr double kLoopLagMs = 100;
constexpr double kThrottledShare = 0.02, kStolenShare = 0.05;
constexpr double kClockBoundMs = 10;
constexpr int64_t kCoveredMinNs = kSecondNs / 10;
constexpr int64_t kCoversMaxNs = 3'600 * kSecondNs;

double Ms(Nanos time) { return static_cast<double>(time.count()) / 1e6; }

struct Decoded {
  LagHistogram receive_lag, send_lag, loop_lag, arrival_bound;
};

absl::StatusOr<Decoded> Decode(const AgentHealth& health) {
  Decoded decoded;
  const auto take = [](const std::string& bytes, LagHistogram& out) {
    auto histogram = LagHistogram::Decode(bytes);
    if (histogram.ok()) out = *std::move(histogram);
    return histogram.status();
  };
  absl::Status status = take(health.receive_lag, decoded.receive_lag);
  if (status.ok()) status = take(health.send_lag, decoded.send_lag);
  if (status.ok()) status = take(health.loop_lag, decoded.loop_lag);
  if (status.ok()) status = take(health.arrival_bound, decoded.arrival_bound);
  if (!status.ok()) return status;
  return decoded;
}

// One agent's record, added to a window.
void AddRecord(const AgentHealth& health, const Decoded& lags, const HealthOrigin& origin,
               WindowHealth& window) {
  const uint32_t agent = origin.agent;
  const auto length_ns = static_cast<double>(health.at_mono_ns - health.from_mono_ns);
  window.arrival_bound.Merge(lags.arrival_bound);
  window.send_lag.Merge(lags.send_lag);
  window.arrival_bound_p99_ms.RaiseTo(Ms(lags.arrival_bound.Quantile(0.99)), agent);
  window.send_lag_p99_ms.RaiseTo(Ms(lags.send_lag.Quantile(0.99)), agent);
  window.loop_lag_max_ms.RaiseTo(Ms(lags.loop_lag.max()), agent);
  window.throttled_share.RaiseTo(static_cast<double>(health.cpu_throttled_ns) / length_ns, agent);
  // Stolen time is a sum over the host's cores.
  if (origin.cores > 0) {
    window.stolen_share.RaiseTo(
        static_cast<double>(health.cpu_stolen_ns) / length_ns / origin.cores, agent);
  }
  window.clock_bound_ms.RaiseTo(Ms(Nanos(origin.clock_bound_ns)), agent);
  window.chunks += health.chunks;
  window.burst_chunks += health.burst_chunks;
}

// Adds a fault where `value` is above `limit`; `figure` says whose it is.
struct Limit {
  ReasonCode code{};
  double value = 0, limit = 0;
  std::string figure;
  uint32_t agent = 0;
};
void HoldAgainst(const Limit& limit, WindowVerdict& verdict) {
  if (limit.value <= limit.limit) return;
  const double excess = limit.value / limit.limit;
  const VerdictState state =
      excess > kInvalidFactor ? VerdictState::kInvalid : VerdictState::kDegraded;
  verdict.state = std::max(verdict.state, state);
  verdict.faults.push_back({.code = limit.code,
                            .state = state,
                            .excess = excess,
                            .text = limit.figure,
                            .agent = limit.agent});
}

std::string MsText(std::string_view what, double value, double limit, uint32_t agent) {
  return absl::StrFormat("%s %.3g ms (limit %.3g, agent %d)", what, value, limit, agent);
}

std::string ShareText(std::string_view what, const WorstOfAgents& worst, double limit) {
  return absl::StrFormat("%s %.1f %% of the time (limit %.0f %%, agent %d)", what,
                         100 * worst.value, 100 * limit, worst.agent);
}

double LimitMs(const std::optional<int64_t>& of_ns, double share, double least_ms) {
  // Of a very fast engine a share of a step is less than clocks can tell apart.
  return of_ns ? std::max(share * static_cast<double>(*of_ns) / 1e6, least_ms) : least_ms;
}

}  // namespace

void WorstOfAgents::RaiseTo(double other, uint32_t of_agent) {
  if (other > value) *this = {other, of_agent};
}

absl::Status HealthFold::ApplyHealth(const AgentHealth& health, const HealthOrigin& origin) {
  const bool times = IsTime(health.from_mono_ns) && IsTime(health.at_mono_ns);
  const int64_t from_ns = times ? health.from_mono_ns + origin.to_run_ns : 0;
  const int64_t at_ns = times ? health.at_mono_ns + origin.to_run_ns : 0;
  const bool plausible = times && from_ns < at_ns && at_ns - from_ns <= kCoversMaxNs &&
                         WindowTable::IsPlausible(from_ns) && WindowTable::IsPlausible(at_ns);
  const auto lags = Decode(health);
  if (!plausible || !lags.ok()) {
    return absl::DataLossError(absl::StrFormat("agent %d: health record: %s", origin.agent,
                                               plausible ? std::string(lags.status().message())
                                                         : "it ends before it begins, or outside "
                                                           "the run"));
  }
  receive_lag_.Merge(lags->receive_lag);
  const auto first = static_cast<size_t>(std::max<int64_t>(from_ns, 0) / kSecondNs);
  const auto last = static_cast<size_t>(std::max<int64_t>(at_ns - 1, 0) / kSecondNs);
  if (last >= windows_.size()) windows_.resize(last + 1);
  for (size_t i = first; i <= last; ++i) {
    const auto begin_ns = static_cast<int64_t>(i) * kSecondNs;
    const int64_t covered_ns = std::min(at_ns, begin_ns + kSecondNs) - std::max(from_ns, begin_ns);
    // A record's second is not a window's: of the neighbour it covers a sliver, which says nothing.
    if (covered_ns < std::min(kCoveredMinNs, at_ns - from_ns)) continue;
    AddRecord(health, *lags, origin, windows_[i]);
    // The count at its end goes to one window only.
    if (covered_ns < kSecondNs / 2) continue;
    windows_[i].in_flight += health.in_flight;
    ++windows_[i].agents_told;
  }
  return absl::OkStatus();
}

const WindowHealth& HealthFold::At(size_t window) const {
  static const WindowHealth kNothing;
  return window < windows_.size() ? windows_[window] : kNothing;
}

void HealthFold::Judged(size_t window) {
  if (window >= windows_.size()) return;
  windows_[window].arrival_bound = LagHistogram();
  windows_[window].send_lag = LagHistogram();
}

WindowVerdict JudgeWindow(const WindowHealth& health, const WindowScale& scale) {
  WindowVerdict verdict;
  const double bound_ms = Ms(health.arrival_bound.Quantile(0.99));
  const double bound_max_ms = LimitMs(scale.step_p50_ns, kArrivalBoundShare, kArrivalBoundMinMs);
  HoldAgainst(
      {ReasonCode::kArrivalBound, bound_ms, bound_max_ms,
       MsText("p99 arrival uncertainty", bound_ms, bound_max_ms, health.arrival_bound_p99_ms.agent),
       health.arrival_bound_p99_ms.agent},
      verdict);
  const double send_ms = Ms(health.send_lag.Quantile(0.99));
  const double send_max_ms = LimitMs(scale.ttft_p50_ns, kSendLagShare, kSendLagMinMs);
  HoldAgainst({ReasonCode::kSendLag, send_ms, send_max_ms,
               MsText("p99 send lag", send_ms, send_max_ms, health.send_lag_p99_ms.agent),
               health.send_lag_p99_ms.agent},
              verdict);
  HoldAgainst({ReasonCode::kLoopLag, health.loop_lag_max_ms.value, kLoopLagMs,
               MsText("an agent stood still for", health.loop_lag_max_ms.value, kLoopLagMs,
                      health.loop_lag_max_ms.agent),
               health.loop_lag_max_ms.agent},
              verdict);
  HoldAgainst({ReasonCode::kCpuThrottled, health.throttled_share.value, kThrottledShare,
               ShareText("throttled by a CPU quota for", health.throttled_share, kThrottledShare),
               health.throttled_share.agent},
              verdict);
  HoldAgainst({ReasonCode::kCpuSteal, health.stolen_share.value, kStolenShare,
               ShareText("CPU stolen by the hypervisor for", health.stolen_share, kStolenShare),
               health.stolen_share.agent},
              verdict);
  HoldAgainst({ReasonCode::kClockBound, health.clock_bound_ms.value, kClockBoundMs,
               MsText("clock uncertainty of a host", health.clock_bound_ms.value, kClockBoundMs,
                      health.clock_bound_ms.agent),
               health.clock_bound_ms.agent},
              verdict);
  return verdict;
}

const WindowVerdict* WindowVerdicts::At(size_t window) const {
  return window < verdicts_.size() ? &verdicts_[window] : nullptr;
}

bool WindowVerdicts::IsInvalidAt(int64_t time_ns) const {
  const WindowVerdict* verdict = At(static_cast<size_t>(std::max<int64_t>(time_ns, 0) / kSecondNs));
  return verdict != nullptr && verdict->state == VerdictState::kInvalid;
}

}  // namespace specctl
