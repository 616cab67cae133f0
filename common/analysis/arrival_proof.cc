#include "common/analysis/arrival_proof.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <variant>
#include <vector>

#include <absl/strings/str_format.h>

#include "common/workload/arrival_times.h"

namespace specctl {
namespace {

constexpr std::array kWindowsMs = {100, 1'000, 5'000};
constexpr uint64_t kDispersionWindowsMin = 10;  // fewer tell nothing of a variance
// Beyond it the planned number is by rate: walking through the arrivals would take a second.
constexpr double kWalkedMax = 5e6;

constexpr double kShedInvalid = 0.01;      // of the planned
constexpr double kLateMsMin = 1;           // p99, at least
constexpr double kLateShareOfTtft = 0.01;  // p99, of the median TTFT
constexpr double kLateInvalid = 5;         // times the limit
constexpr double kRateApartMax = 0.01;
// A difference must be real and matter: among many arrivals the smallest is significant.
constexpr double kFitPMin = 1e-4, kFitDistanceMin = 0.02;

// A stretch of a run, since T0; it begins on a whole second.
struct RunStretch {
  int64_t begin_ns = 0, end_ns = 0;

  bool Has(int64_t time_ns) const { return time_ns >= begin_ns && time_ns < end_ns; }
  double length_s() const { return static_cast<double>(end_ns - begin_ns) / 1e9; }
};

// Of a run without a hold, the time up to the last arrival that was handed out: nobody knows how
// much longer the load would have gone on.
RunStretch HeadlineStretch(const Results& results, std::span<const SettledRequest> requests,
                           std::span<const Window> windows) {
  if (!results.headline_is_whole_run) {
    const auto begin_s = static_cast<int64_t>(results.hold->start_s);
    return {.begin_ns = begin_s * kSecondNs,
            .end_ns = (begin_s + static_cast<int64_t>(results.hold->windows)) * kSecondNs};
  }
  RunStretch stretch;
  for (const SettledRequest& request : requests) {
    if (request.turn == 0) stretch.end_ns = std::max(stretch.end_ns, request.due_ns + 1);
  }
  for (const Window& window : windows) {
    if (window.shed > 0) stretch.end_ns = std::max(stretch.end_ns, window.shed_last_ns + 1);
  }
  return stretch;
}

uint64_t PlannedIn(const LoadSpec& load, const OpenLoop& loop, const RunStretch& stretch) {
  if (loop.rate_per_s * static_cast<double>(stretch.end_ns) / 1e9 > kWalkedMax) {
    return static_cast<uint64_t>(std::llround(loop.rate_per_s * stretch.length_s()));
  }
  ArrivalTimes times(loop, load.seed);
  uint64_t planned = 0;
  for (Nanos time = times.Next(); time.count() < stretch.end_ns; time = times.Next()) {
    planned += stretch.Has(time.count()) ? 1 : 0;
  }
  return planned;
}

std::vector<uint64_t> CountsIn(std::span<const int64_t> begins_ns, const RunStretch& stretch,
                               int64_t window_ns) {
  const int64_t windows = (stretch.end_ns - stretch.begin_ns) / window_ns;
  std::vector<uint64_t> counts(static_cast<size_t>(windows));
  for (const int64_t time_ns : begins_ns) {
    const int64_t window = (time_ns - stretch.begin_ns) / window_ns;
    if (time_ns >= stretch.begin_ns && window < windows) ++counts[static_cast<size_t>(window)];
  }
  return counts;
}

void AddDispersion(std::span<const int64_t> begins_ns, const RunStretch& stretch,
                   ArrivalProcess process, ArrivalFigures& figures) {
  for (const int window_ms : kWindowsMs) {
    const std::vector<uint64_t> counts = CountsIn(begins_ns, stretch, window_ms * 1'000'000LL);
    const std::optional<double> index = IndexOfDispersion(counts);
    if (counts.size() < kDispersionWindowsMin || !index) continue;
    ArrivalFigures::Dispersion& added = figures.dispersion.emplace_back();
    added.window_s = window_ms / 1e3;
    added.windows = counts.size();
    added.index = *index;
    if (process == ArrivalProcess::kPoisson) added.expected = PoissonDispersion(counts.size());
  }
}

// The gaps of a Poisson process are exponential.
std::optional<GoodnessOfFit> FitGaps(std::span<const int64_t> begins_ns, double rate_per_s) {
  std::vector<double> gaps;
  for (size_t i = 1; i < begins_ns.size(); ++i) {
    gaps.push_back(static_cast<double>(begins_ns[i] - begins_ns[i - 1]) / 1e9);
  }
  return FitTo(std::move(gaps), [&](double gap_s) { return -std::expm1(-rate_per_s * gap_s); });
}

// Arrivals that are due together begin one after another: gaps as short as their lateness are
// missing, which is judged by itself.
double DistanceAllowed(const Results& figures) {
  const auto* const loop = std::get_if<OpenLoop>(&figures.spec.load.shape);
  const auto& late_ms = figures.arrivals->lateness_ms;
  if (loop == nullptr || !late_ms) return kFitDistanceMin;
  return std::max(kFitDistanceMin, -std::expm1(-loop->rate_per_s * late_ms->p90 / 1e3));
}

Finding DegradedBy(ReasonCode code, std::string text) {
  return {.state = VerdictState::kDegraded, .reason = {.code = code, .text = std::move(text)}};
}

}  // namespace

std::optional<ArrivalFigures> ArrivalsOf(const Results& results,
                                         std::span<const SettledRequest> requests,
                                         std::span<const Window> windows) {
  const LoadSpec& load = results.spec.load;
  const auto* const loop = std::get_if<OpenLoop>(&load.shape);
  if (loop == nullptr) return std::nullopt;
  const RunStretch stretch = HeadlineStretch(results, requests, windows);
  if (stretch.end_ns <= stretch.begin_ns) return std::nullopt;
  ArrivalFigures figures;
  figures.length_s = stretch.length_s();
  figures.planned = PlannedIn(load, *loop, stretch);
  std::vector<int64_t> begins_ns;
  std::vector<double> lateness_ms;
  for (const SettledRequest& request : requests) {
    // Later turns follow replies, and are no arrivals.
    if (request.turn != 0 || !stretch.Has(request.due_ns)) continue;
    begins_ns.push_back(request.begin_ns);
    lateness_ms.push_back(static_cast<double>(request.begin_ns - request.due_ns) / 1e6);
  }
  std::sort(begins_ns.begin(), begins_ns.end());
  figures.begun = begins_ns.size();
  for (size_t second = 0; second < windows.size(); ++second) {
    // A hold is of whole seconds; without one all that was shed is counted.
    if (stretch.Has(static_cast<int64_t>(second) * kSecondNs)) figures.shed += windows[second].shed;
  }
  figures.planned_per_s = static_cast<double>(figures.planned) / figures.length_s;
  figures.achieved_per_s = static_cast<double>(figures.begun) / figures.length_s;
  AddDispersion(begins_ns, stretch, loop->process, figures);
  if (loop->process == ArrivalProcess::kPoisson) {
    figures.gaps = FitGaps(begins_ns, loop->rate_per_s);
  }
  figures.lateness_ms = Describe(std::move(lateness_ms));
  return figures;
}

std::optional<Finding> CheckShed(const Results& figures) {
  if (!figures.arrivals || figures.arrivals->shed == 0) return std::nullopt;
  const ArrivalFigures& arrivals = *figures.arrivals;
  const double share = static_cast<double>(arrivals.shed) /
                       static_cast<double>(std::max<uint64_t>(arrivals.planned, arrivals.shed));
  Finding finding =
      DegradedBy(ReasonCode::kArrivalsShed,
                 absl::StrFormat("%d of %d arrivals (%.2g %%) found their agent's share of "
                                 "--in-flight-max open, and were not sent",
                                 arrivals.shed, arrivals.planned, 100 * share));
  if (share > kShedInvalid) finding.state = VerdictState::kInvalid;
  return finding;
}

std::optional<Finding> CheckLateness(const Results& figures) {
  if (!figures.arrivals || !figures.arrivals->lateness_ms) return std::nullopt;
  double limit_ms = kLateMsMin;
  if (const auto& ttft_ms = figures.headline.latency.ttft_ms) {
    limit_ms = std::max(limit_ms, kLateShareOfTtft * ttft_ms->p50);
  }
  const double late_ms = figures.arrivals->lateness_ms->p99;
  if (late_ms <= limit_ms) return std::nullopt;
  Finding finding =
      DegradedBy(ReasonCode::kArrivalsLate,
                 absl::StrFormat("p99 of arrivals %.3g ms late (limit %.3g): use more "
                                 "--agents, or a lower --request-rate",
                                 late_ms, limit_ms));
  if (late_ms > kLateInvalid * limit_ms) finding.state = VerdictState::kInvalid;
  return finding;
}

std::optional<Finding> CheckArrivalProcess(const Results& figures) {
  if (!figures.arrivals) return std::nullopt;
  const ArrivalFigures& arrivals = *figures.arrivals;
  const auto planned = static_cast<double>(arrivals.planned);
  const auto met = static_cast<double>(arrivals.begun + arrivals.shed);
  // Of few arrivals one may be just this or that side of the hold's end.
  if (std::abs(met - planned) > std::max(kRateApartMax * planned, 1.0)) {
    return DegradedBy(ReasonCode::kArrivalsApart,
                      absl::StrFormat("%d arrivals were planned, and %d begun or shed",
                                      arrivals.planned, arrivals.begun + arrivals.shed));
  }
  if (arrivals.shed > 0 || !arrivals.gaps) return std::nullopt;
  const GoodnessOfFit& gaps = *arrivals.gaps;
  if (gaps.p_value >= kFitPMin || gaps.distance <= DistanceAllowed(figures)) return std::nullopt;
  return DegradedBy(ReasonCode::kArrivalsApart,
                    absl::StrFormat("the gaps between arrivals are not those of a Poisson process "
                                    "(distance %.3f, p %.1g)",
                                    gaps.distance, gaps.p_value));
}

}  // namespace specctl
