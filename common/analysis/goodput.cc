#include "common/analysis/goodput.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "common/stats/intervals.h"
#include "common/stats/steady_intervals.h"

namespace specctl {
namespace {

constexpr double kUndecidedShareMax = 0.01;

std::optional<double> ValueFor(GoodputFigure figure, const SettledRequest& request) {
  switch (figure) {
    case GoodputFigure::kTtft:
      return TtftMs(request);
    case GoodputFigure::kTtftUser:
      return TtftUserMs(request);
    case GoodputFigure::kItl:
      return ItlMs(request);
    case GoodputFigure::kRequestLatency:
      return RequestLatencyMs(request);
    case GoodputFigure::kUserTps:
      return UserTps(request);
  }
  return std::nullopt;
}

bool IsOfTokens(GoodputFigure figure) {
  return figure == GoodputFigure::kItl || figure == GoodputFigure::kUserTps;
}

struct GoodputLimit {
  GoodputFigure figure;
  double limit = 0;
};

// Empty where one of the terms is of no figure.
std::vector<GoodputLimit> LimitsOf(const GoodputTerms& terms) {
  std::vector<GoodputLimit> limits;
  for (const auto& [name, limit] : terms) {
    const std::optional<GoodputFigure> figure = FindGoodputFigure(name);
    if (!figure) return {};
    limits.push_back({*figure, limit});
  }
  return limits;
}

// nullopt: it can't be told.
std::optional<bool> IsGood(const SettledRequest& request, const std::vector<GoodputLimit>& limits) {
  if (!request.ok()) return false;
  for (const auto& [figure, limit] : limits) {
    if (IsOfTokens(figure) && (request.unattributed || !request.output_tokens)) return std::nullopt;
    const std::optional<double> value = ValueFor(figure, request);
    if (!value) continue;
    if (figure == GoodputFigure::kUserTps ? *value < limit : *value > limit) return false;
  }
  return true;
}

// Whether each of some requests was good, and when it began.
struct Judged {
  const SettledRequest* request = nullptr;
  bool good = false;
};

// Over conversations: turns of one are not independent.
std::optional<Estimate> ShareOfRun(const std::vector<Judged>& judged) {
  std::vector<RatioTerm> clusters;
  std::optional<uint64_t> position;
  for (const auto& [request, good] : judged) {
    if (clusters.empty() || position != request->position) clusters.emplace_back();
    position = request->position;
    clusters.back().numerator += good ? 1 : 0;
    clusters.back().denominator += 1;
  }
  const std::optional<RatioEstimate> share = EstimateRatio(clusters);
  if (!share) return std::nullopt;
  Estimate estimate{.value = share->value};
  if (share->interval) {
    estimate.low = share->interval->low;
    estimate.high = share->interval->high;
  }
  return estimate;
}

// Of so many conversations, all or none good: by Clopper and Pearson (Biometrika 26, 1934), for
// what does not vary shows no correlation either.
Estimate ShareOfAlike(const std::vector<Judged>& judged) {
  double conversations = 0;
  std::optional<uint64_t> position;
  for (const Judged& each : judged) {
    conversations += position != each.request->position ? 1 : 0;
    position = each.request->position;
  }
  const double away = 1 - std::pow(0.025, 1 / conversations);
  const bool good = judged.front().good;
  return {.value = good ? 1.0 : 0.0,
          .low = good ? 1 - away : 0,
          .high = good ? 1 : away,
          .degrees = std::max(1.0, conversations - 1)};
}

// Over time: neighbours are good or not together.
std::optional<Estimate> ShareOfHold(const std::vector<Judged>& judged, const SteadyTime& steady) {
  std::vector<TimedValue> values;
  double good_count = 0;
  for (const auto& [request, good] : judged) {
    const auto since_ns = static_cast<double>(request->begin_ns - steady.begin_ns);
    values.push_back(
        {.value = good ? 1.0 : 0.0, .at = since_ns / static_cast<double>(steady.length_ns)});
    good_count += good ? 1 : 0;
  }
  if (values.empty()) return std::nullopt;
  Estimate estimate{.value = good_count / static_cast<double>(values.size())};
  if (good_count == 0 || estimate.value == 1) return ShareOfAlike(judged);
  if (const auto intervals = SteadyIntervals(values, steady.seed)) {
    estimate.low = intervals->mean.low;
    estimate.high = intervals->mean.high;
    estimate.degrees = intervals->mean.degrees;
  }
  return estimate;
}

// Of a share of 0 .. 1.
void Clamp(Estimate& share) {
  if (share.low) share.low = std::clamp(*share.low, 0.0, 1.0);
  if (share.high) share.high = std::clamp(*share.high, 0.0, 1.0);
}

}  // namespace

void SetGoodput(const GoodputInput& input, ThroughputFigures& figures) {
  const std::vector<GoodputLimit> limits = LimitsOf(*input.terms);
  if (limits.empty() || input.requests->empty()) return;
  std::vector<Judged> judged;
  for (const SettledRequest* request : *input.requests) {
    if (const auto good = IsGood(*request, limits)) judged.push_back({request, *good});
  }
  const auto all = static_cast<double>(input.requests->size());
  const double undecided = all - static_cast<double>(judged.size());
  if (undecided > kUndecidedShareMax * all) return;
  figures.goodput_share = input.steady ? ShareOfHold(judged, *input.steady) : ShareOfRun(judged);
  if (!figures.goodput_share) return;
  Clamp(*figures.goodput_share);
  figures.goodput_per_s = Estimate{.value = figures.goodput_share->value * input.begun_per_s,
                                   .low = std::nullopt,
                                   .high = std::nullopt};
}

}  // namespace specctl
