#include "common/analysis/outage.h"

#include <algorithm>
#include <vector>

#include "common/analysis/figures.h"
#include "common/stats/quantiles.h"

namespace specctl {
namespace {

// A single silent second may be one long prompt.
constexpr uint64_t kWindowsMin = 2;
constexpr size_t kStretchesMax = 100;  // that are looked at: the longest
constexpr double kWaitingMin = 0.99;   // requests in flight and slots backing off
constexpr double kFirstTokenTimes = 1.5;
constexpr double kFirstTokenTimesOfAll = 3;
constexpr size_t kOthersMin = 5;
constexpr double kStepsMin = 20;

bool IsSilent(const OutageInput& input, size_t index) {
  const WindowFigures& window = input.windows[index];
  const WindowVerdict* const verdict = input.verdicts.At(index);
  // There the agents may have been late to read what came.
  if (verdict != nullptr && verdict->state == VerdictState::kInvalid) return false;
  const double backing_off = index < input.backing_off.size() ? input.backing_off[index] : 0;
  return window.chunks == 0 && window.output_tps.value_or(0) == 0 &&
         window.stage != Stage::kDrain && window.in_flight_mean + backing_off >= kWaitingMin;
}

std::vector<Outages::Span> SilentStretches(const OutageInput& input) {
  std::vector<Outages::Span> stretches;
  for (size_t i = 0; i < input.windows.size(); ++i) {
    if (!IsSilent(input, i)) continue;
    const bool goes_on = !stretches.empty() && stretches.back().end_s() == static_cast<int64_t>(i);
    if (!goes_on) stretches.push_back({.start_s = static_cast<int64_t>(i), .windows = 0});
    ++stretches.back().windows;
  }
  std::erase_if(stretches, [](const auto& stretch) { return stretch.windows < kWindowsMin; });
  std::stable_sort(stretches.begin(), stretches.end(),
                   [](const auto& a, const auto& b) { return a.windows > b.windows; });
  // Each is held against all requests: a journal full of gaps must not take forever.
  if (stretches.size() > kStretchesMax) stretches.resize(kStretchesMax);
  std::sort(stretches.begin(), stretches.end(),
            [](const auto& a, const auto& b) { return a.start_s < b.start_s; });
  return stretches;
}

// What requests say of a stretch.
struct Witnesses {
  bool stream_stood_still = false;
  bool any_failed = false;
  std::vector<double> other_ttfts_ms;  // of ok requests that did not wait for their first then
};

Witnesses Ask(const OutageInput& input, const Outages::Span& stretch) {
  const int64_t begin_ns = stretch.start_s * kSecondNs, end_ns = stretch.end_s() * kSecondNs;
  Witnesses witnesses;
  for (const SettledRequest& request : input.requests) {
    const SettledRequest::Time first_ns = request.first_token_ns, ended_ns = request.end_ns;
    const bool still_open = !ended_ns || *ended_ns >= end_ns;
    if (first_ns && *first_ns < begin_ns && still_open) witnesses.stream_stood_still = true;
    const bool failed =
        request.outcome == Outcome::kFailed || request.outcome == Outcome::kTimedOut;
    // What silenced the server may have broken off requests just before.
    const bool ended_then = ended_ns && *ended_ns >= begin_ns - kSecondNs && *ended_ns < end_ns;
    if (failed && ended_then) witnesses.any_failed = true;
    const bool waited_then = request.begin_ns < end_ns && first_ns && *first_ns >= begin_ns;
    const std::optional<double> ttft_ms = TtftMs(request);
    if (request.ok() && ttft_ms && !waited_then) witnesses.other_ttfts_ms.push_back(*ttft_ms);
  }
  std::sort(witnesses.other_ttfts_ms.begin(), witnesses.other_ttfts_ms.end());
  return witnesses;
}

bool IsOutage(const OutageInput& input, const Outages::Span& stretch) {
  const Witnesses witnesses = Ask(input, stretch);
  const std::vector<double>& ttfts_ms = witnesses.other_ttfts_ms;
  const double length_ms = 1e3 * static_cast<double>(stretch.windows);
  if (!ttfts_ms.empty()) {
    const double usual_ms = ttfts_ms[NearestRank(0.9, ttfts_ms.size()) - 1];
    // One in ten of the others waited nearly as long for a first token: it is slow, not out.
    if (length_ms <= kFirstTokenTimes * usual_ms) return false;
  }
  // Silence and a broken request together need no further witness.
  if (witnesses.any_failed) return true;
  if (witnesses.stream_stood_still && length_ms > kStepsMin * input.step_p50_ms.value_or(0)) {
    return true;
  }
  return ttfts_ms.size() >= kOthersMin && length_ms > kFirstTokenTimesOfAll * ttfts_ms.back();
}

}  // namespace

std::vector<Outages::Span> FindOutages(const OutageInput& input) {
  std::vector<Outages::Span> outages = SilentStretches(input);
  std::erase_if(outages, [&](const Outages::Span& stretch) { return !IsOutage(input, stretch); });
  return outages;
}

std::optional<double> TpsOutside(std::span<const Outages::Span> outages, const HeadlineTime& time,
                                 double output_tps) {
  double silent_s = 0;
  for (const Outages::Span& outage : outages) {
    const double begin_s = std::max(static_cast<double>(outage.start_s), time.begin_s);
    const double end_s = std::min(static_cast<double>(outage.end_s()), time.end_s);
    silent_s += std::max(end_s - begin_s, 0.0);
  }
  const double length_s = time.end_s - time.begin_s - time.left_out_s;
  // Nothing is left to divide by.
  if (silent_s >= length_s) return std::nullopt;
  return output_tps * length_s / (length_s - silent_s);
}

}  // namespace specctl
