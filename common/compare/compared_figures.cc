#include "common/compare/compared_figures.h"

#include <algorithm>
#include <array>
#include <utility>

namespace specctl {
namespace {

constexpr double kFamilyError = 0.05;

Estimate WithInterval(const Measured& measured) {
  return {.value = measured.value, .low = measured.Low(kZ975), .high = measured.High(kZ975)};
}

ComparedStatistic CompareStatistics(std::string_view key, const MeasuredStatistic* a,
                                    const MeasuredStatistic* b) {
  ComparedStatistic compared{.key = key};
  if (a != nullptr) compared.a = a->measured;
  if (b != nullptr) compared.b = b->measured;
  // One side alone is shown, but there is nothing to subtract from.
  if (a == nullptr || b == nullptr) return compared;
  compared.difference = WithInterval(DifferenceOf(a->measured, b->measured));
  if (const auto ratio = RatioOf(a->measured, b->measured, kZ975)) {
    compared.ratio = Estimate{.value = ratio->value, .low = std::nullopt, .high = std::nullopt};
    if (ratio->interval) {
      compared.ratio->low = ratio->interval->low;
      compared.ratio->high = ratio->interval->high;
    }
  }
  return compared;
}

ComparedFigure CompareFigure(const FigureDefinition& figure, const MeasuredFigure* a,
                             const MeasuredFigure* b) {
  ComparedFigure compared{.figure = &figure, .statistics = {}};
  // Both have the same statistics, but for values that are not finite.
  const MeasuredFigure& some = a != nullptr ? *a : *b;
  for (const MeasuredStatistic& statistic : some.statistics) {
    compared.statistics.push_back(
        CompareStatistics(statistic.key, a == nullptr ? nullptr : a->Find(statistic.key),
                          b == nullptr ? nullptr : b->Find(statistic.key)));
  }
  return compared;
}

Finding Called(Better better, double difference) {
  if (better == Better::kNeither) return Finding::kDifferent;
  return (difference > 0) == (better == Better::kUp) ? Finding::kBetter : Finding::kWorse;
}

struct Candidate {
  ComparedStatistic* statistic = nullptr;
  Better better = Better::kNeither;
  double p_value = 1;
};

std::vector<Candidate> CandidatesOf(const std::vector<ComparedFigures*>& families) {
  std::vector<Candidate> candidates;
  for (ComparedFigures* figures : families) {
    for (ComparedFigure& figure : *figures) {
      for (ComparedStatistic& statistic : figure.statistics) {
        // Without an interval nothing can be called, and the family must not grow by it.
        if (!statistic.difference || !statistic.difference->low) continue;
        // Quantiles that nobody sees would only make the test stricter for those that are shown.
        if (!IsShown(*figure.figure, statistic.key)) continue;
        statistic.finding = Finding::kNoDifference;
        const Measured difference = DifferenceOf(*statistic.a, *statistic.b);
        candidates.push_back({.statistic = &statistic,
                              .better = figure.figure->better,
                              .p_value = PValueOfZero(difference)});
      }
    }
  }
  return candidates;
}

bool LeavesOutZero(const Estimate& difference) {
  return *difference.low > 0 || *difference.high < 0;
}

}  // namespace

std::string_view FindingName(Finding finding) {
  switch (finding) {
    case Finding::kNone:
      break;
    case Finding::kNoDifference:
      return "no_difference";
    case Finding::kBetter:
      return "better";
    case Finding::kWorse:
      return "worse";
    case Finding::kDifferent:
      return "different";
  }
  return "none";
}

const ComparedStatistic* ComparedFigure::Find(std::string_view key) const {
  const auto found = std::find_if(statistics.begin(), statistics.end(),
                                  [&](const ComparedStatistic& each) { return each.key == key; });
  return found == statistics.end() ? nullptr : &*found;
}

bool IsShown(const FigureDefinition& figure, std::string_view statistic) {
  static constexpr std::array<std::string_view, 5> kLatency = {"value", "mean", "p50", "p90",
                                                               "p99"};
  static constexpr std::array<std::string_view, 5> kRate = {"value", "mean", "p50", "p10", "p1"};
  const auto& shown = figure.better == Better::kUp ? kRate : kLatency;
  return std::find(shown.begin(), shown.end(), statistic) != shown.end();
}

ComparedFigures CompareFigures(const MeasuredFigures& a, const MeasuredFigures& b) {
  ComparedFigures compared;
  for (const FigureDefinition& figure : Catalogue()) {
    const MeasuredFigure* const of_a = FindMeasured(a, figure.key);
    const MeasuredFigure* const of_b = FindMeasured(b, figure.key);
    if (of_a == nullptr && of_b == nullptr) continue;
    compared.push_back(CompareFigure(figure, of_a, of_b));
  }
  return compared;
}

void CallDifferences(const std::vector<ComparedFigures*>& families) {
  std::vector<Candidate> candidates = CandidatesOf(families);
  // Stable: the calls must not depend on how equal p-values happen to be sorted.
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.p_value < b.p_value; });
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    // Holm: from the smallest p-value, each against 5 % over how many are left; the first that
    // fails ends it for all larger ones.
    if (candidate.p_value > kFamilyError / static_cast<double>(candidates.size() - i)) break;
    const Estimate& difference = *candidate.statistic->difference;
    // It agrees but for rounding at the edge; a call must not contradict the interval beside it.
    if (!LeavesOutZero(difference)) continue;
    candidate.statistic->finding = Called(candidate.better, difference.value);
  }
}

}  // namespace specctl
