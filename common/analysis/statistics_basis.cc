#include "common/analysis/statistics_basis.h"

#include <array>
#include <optional>

#include "common/analysis/acceptance_basis.h"

namespace specctl {
namespace {

// Ok requests of a target by the detail of one source.
struct DetailCounts {
  std::array<uint64_t, kStepDetails> requests{};  // by StepDetail

  uint64_t ThatTell(StepDetail wanted) const {
    uint64_t sum = 0;
    for (size_t i = 0; i < requests.size(); ++i) {
      if (Tells(static_cast<StepDetail>(i), wanted)) sum += requests[i];
    }
    return sum;
  }

  std::optional<StepDetail> Best() const {
    const uint64_t with_steps_alone = requests[static_cast<size_t>(StepDetail::kSteps)];
    const auto any = static_cast<double>(ThatTell(StepDetail::kDraftTokens) + with_steps_alone);
    if (any == 0) return std::nullopt;
    for (const StepDetail detail : {StepDetail::kEach, StepDetail::kCount, StepDetail::kSteps}) {
      if (static_cast<double>(ThatTell(detail)) >= kSourceShareMin * any) return detail;
    }
    return StepDetail::kDraftTokens;
  }
};

std::optional<StepBasis> BasisOf(const DetailCounts& counts, StepSource source) {
  const std::optional<StepDetail> detail = counts.Best();
  if (!detail) return std::nullopt;
  return StepBasis{.source = source, .detail = *detail};
}

}  // namespace

std::vector<TargetBasis> StatisticsBases(std::span<const SettledRequest> requests,
                                         std::span<const TargetBasis> bases) {
  std::vector<DetailCounts> stats(bases.size()), timings(bases.size());
  for (const SettledRequest& request : requests) {
    if (!request.ok() || request.target >= bases.size()) continue;
    const auto count = [&](StepSource source, DetailCounts& counts) {
      ++counts.requests[static_cast<size_t>(request.StepsFrom(source).detail)];
    };
    count(StepSource::kStats, stats[request.target]);
    count(StepSource::kTimings, timings[request.target]);
  }
  std::vector<TargetBasis> told(bases.begin(), bases.end());
  for (size_t i = 0; i < told.size(); ++i) {
    told[i].basis = BasisOf(stats[i], StepSource::kStats);
    if (!told[i].basis) told[i].basis = BasisOf(timings[i], StepSource::kTimings);
  }
  return told;
}

}  // namespace specctl
