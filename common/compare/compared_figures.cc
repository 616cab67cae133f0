#include "common/compare/compared_figures.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/compare/run_facts.h"
#include "common/figures/catalogue.h"

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

ComparedFigure CompareFigure(const FigureName& figure, const MeasuredFigure* a,
                             const MeasuredFigure* b) {
  ComparedFigure compared{.figure = &figure, .better = figure.better, .statistics = {}};
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
        if (!IsShown(figure, statistic)) continue;
        statistic.finding = Finding::kNoDifference;
        const Measured difference = DifferenceOf(*statistic.a, *statistic.b);
        candidates.push_back({.statistic = &statistic,
                              .better = figure.better,
                              .p_value = PValueOfZero(difference)});
      }
    }
  }
  return candidates;
}

// The definitions of all figures, in the order of tables.
std::vector<const FigureName*> AllFigures() {
  std::vector<const FigureName*> all;
  for (const FigureDefinition& figure : Catalogue()) all.push_back(&figure);
  for (const FigureName& fact : RunFacts()) all.push_back(&fact);
  return all;
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
    case Finding::kUnclear:
      return "unclear";
    case Finding::kBetter:
      return "better";
    case Finding::kWorse:
      return "worse";
    case Finding::kDifferent:
      return "different";
  }
  return "none";
}

bool IsCalled(Finding finding) {
  return finding == Finding::kBetter || finding == Finding::kWorse ||
         finding == Finding::kDifferent;
}

const ComparedStatistic* ComparedFigure::Find(std::string_view key) const {
  const auto found = std::find_if(statistics.begin(), statistics.end(),
                                  [&](const ComparedStatistic& each) { return each.key == key; });
  return found == statistics.end() ? nullptr : &*found;
}

bool IsShown(const ComparedFigure& figure, const ComparedStatistic& statistic) {
  static constexpr std::array<std::string_view, 5> kLatency = {"value", "mean", "p50", "p90",
                                                               "p99"};
  static constexpr std::array<std::string_view, 5> kRate = {"value", "mean", "p50", "p10", "p1"};
  if (IsFact(*figure.figure)) {
    const bool same = statistic.a && statistic.b && statistic.a->value == statistic.b->value;
    return !same;
  }
  // It is the mean of user_tps, whose line has what stamps add to its error.
  if (figure.figure == &DefinitionOf<&ThroughputFigures::user_tps_mean>()) return false;
  const auto& shown = figure.figure->better == Better::kUp ? kRate : kLatency;
  return std::find(shown.begin(), shown.end(), statistic.key) != shown.end();
}

ComparedFigures CompareFigures(const MeasuredFigures& a, const MeasuredFigures& b) {
  ComparedFigures compared;
  for (const FigureName* const figure : AllFigures()) {
    const MeasuredFigure* const of_a = FindMeasured(a, figure->key);
    const MeasuredFigure* const of_b = FindMeasured(b, figure->key);
    if (of_a == nullptr && of_b == nullptr) continue;
    compared.push_back(CompareFigure(*figure, of_a, of_b));
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
  for (const Candidate& candidate : candidates) {
    const bool called = candidate.statistic->finding != Finding::kNoDifference;
    if (called || !LeavesOutZero(*candidate.statistic->difference)) continue;
    candidate.statistic->finding = Finding::kUnclear;
  }
}

}  // namespace specctl
