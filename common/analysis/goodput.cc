#include "common/analysis/goodput.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "common/stats/intervals.h"

namespace specctl {
namespace {

constexpr double kUndecidedShareMax = 0.01;

std::optional<double> MsBetween(SettledRequest::Time from_ns, SettledRequest::Time to_ns) {
  if (!from_ns || !to_ns) return std::nullopt;
  return static_cast<double>(*to_ns - *from_ns) / 1e6;
}

std::optional<double> ValueFor(GoodputFigure figure, const SettledRequest& request) {
  switch (figure) {
    case GoodputFigure::kTtft:
      return TtftMs(request);
    case GoodputFigure::kTtftUser:
      return MsBetween(request.due_ns, request.first_token_ns);
    case GoodputFigure::kItl: {
      const std::optional<double> seconds = InterTokenSeconds(request);
      return seconds ? std::optional(*seconds * 1e3) : std::nullopt;
    }
    case GoodputFigure::kRequestLatency:
      return MsBetween(request.start_ns, request.end_ns);
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

}  // namespace

void SetGoodput(const RequestSet& requests, const GoodputTerms& terms, double begun_per_s,
                ThroughputFigures& figures) {
  const std::vector<GoodputLimit> limits = LimitsOf(terms);
  if (limits.empty() || requests.empty()) return;
  std::vector<RatioTerm> clusters;
  std::optional<uint64_t> position;
  uint64_t undecided = 0;
  for (const SettledRequest* request : requests) {
    const std::optional<bool> good = IsGood(*request, limits);
    if (!good) {
      ++undecided;
      continue;
    }
    // Turns of one conversation are not independent.
    if (clusters.empty() || position != request->position) clusters.emplace_back();
    position = request->position;
    clusters.back().numerator += *good ? 1 : 0;
    clusters.back().denominator += 1;
  }
  const auto all = static_cast<double>(requests.size());
  if (static_cast<double>(undecided) > kUndecidedShareMax * all) return;
  const std::optional<RatioEstimate> share = EstimateRatio(clusters);
  if (!share) return;
  Estimate& of_all = figures.goodput_share.emplace();
  of_all.value = share->value;
  if (share->interval) {
    of_all.low = std::clamp(share->interval->low, 0.0, 1.0);
    of_all.high = std::clamp(share->interval->high, 0.0, 1.0);
  }
  figures.goodput_per_s =
      Estimate{.value = share->value * begun_per_s, .low = std::nullopt, .high = std::nullopt};
}

}  // namespace specctl
