#include "common/compare/measured_run.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "common/compare/run_facts.h"
#include "common/figures/quantile_need.h"
#include "common/figures/statistic.h"

namespace specctl {
namespace {

constexpr Dimension kSlicedBy[] = {Dimension::kCategory, Dimension::kTier, Dimension::kTarget,
                                   Dimension::kPrefix};

std::optional<double> NumberOf(const FigureValue& value) {
  if (const auto* estimate = std::get_if<Estimate>(&value)) return estimate->value;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* count = std::get_if<uint64_t>(&value)) return static_cast<double>(*count);
  return std::nullopt;
}

// Whether leaving out a stretch of time tells how far the statistic may be off.
bool HasSpread(const Statistic& statistic, uint64_t count) {
  const std::optional<uint64_t> needed = ValuesNeeded(statistic.key);
  // An extreme stays the same without any stretch but its own; nothing is claimed of stddev.
  return needed ? count >= *needed : statistic.key == "mean";
}

// `read` of each set; nullopt where one lacks it.
template <class Read>
std::optional<Spread> SpreadBy(double value, std::span<const FigureSet> without_each,
                               const Read& read) {
  std::vector<double> rest;
  for (const FigureSet& set : without_each) {
    const std::optional<double> number = read(set);
    // A figure that hangs on one stretch of time has no spread that could be trusted.
    if (!number || !std::isfinite(*number)) return std::nullopt;
    rest.push_back(*number);
  }
  return SpreadOfBlocks(value, rest);
}

// How far stamps may be off; of a mean no more than of the tail.
double ArrivalError(const Statistic& statistic, const Distribution& distribution) {
  if (!distribution.error) return 0;
  if (statistic.error != nullptr) return *distribution.error.*statistic.error;
  return statistic.key == "mean" ? distribution.error->p50 : distribution.error->p99;
}

std::optional<double> StatisticIn(const FigureDefinition& figure, const Statistic& statistic,
                                  const FigureSet& set) {
  const FigureValue value = figure.read(set);
  const auto* distribution = std::get_if<const Distribution*>(&value);
  return distribution != nullptr ? std::optional((*distribution)->*statistic.value) : std::nullopt;
}

// Not less than halves of the time show.
void WidenByHalves(const FigureDefinition& figure, const Statistic& statistic,
                   std::span<const HalfOfBlocks> halves, Measured& measured) {
  std::vector<PartStatistic> parts;
  for (const HalfOfBlocks& half : halves) {
    const std::optional<double> value = StatisticIn(figure, statistic, half.figures);
    if (value && std::isfinite(*value)) parts.push_back({.value = *value, .kept = half.kept});
  }
  const double error = ErrorOfParts(measured.value, parts);
  measured.spread->below = std::max(measured.spread->below, error);
  measured.spread->above = std::max(measured.spread->above, error);
}

MeasuredStatistic MeasureStatistic(const FigureDefinition& figure, const Statistic& statistic,
                                   const Distribution& distribution, const PartsOfRun& parts) {
  MeasuredStatistic measured{.key = statistic.key,
                             .measured = {.value = distribution.*statistic.value}};
  const SteadyBounds* const bounds = statistic.BoundsIn(distribution);
  if (bounds != nullptr && bounds->is_interval()) {
    measured.measured.spread = SpreadOfInterval(measured.measured.value, *bounds);
    measured.measured.spread->bound = ArrivalError(statistic, distribution);
    return measured;
  }
  // A quantile that the run has a bound of, or nothing, has no spread; a mean may be had without
  // the tail that it lacks.
  if (bounds != nullptr && statistic.key != "mean") return measured;
  if (!HasSpread(statistic, distribution.count)) return measured;
  measured.measured.spread =
      SpreadBy(measured.measured.value, parts.without_each,
               [&](const FigureSet& set) { return StatisticIn(figure, statistic, set); });
  if (!measured.measured.spread) return measured;
  if (ValuesNeeded(statistic.key))
    WidenByHalves(figure, statistic, parts.halves, measured.measured);
  measured.measured.spread->bound = ArrivalError(statistic, distribution);
  return measured;
}

// The largest of several windows: without its window it is another one's, which tells nothing.
bool IsExtreme(const FigureDefinition& figure) {
  return figure.read == DefinitionOf<&ThroughputFigures::output_tps_peak>().read;
}

MeasuredStatistic MeasureNumber(const FigureDefinition& figure, const FigureValue& value,
                                double number, std::span<const FigureSet> without_each) {
  MeasuredStatistic measured{.key = "value", .measured = {.value = number}};
  // A count without a stretch is smaller by that stretch's part, which says nothing of its error.
  if (figure.kind == FigureKind::kCount || IsExtreme(figure)) return measured;
  const auto* estimate = std::get_if<Estimate>(&value);
  const bool has_interval = estimate != nullptr && estimate->low && estimate->high;
  // Of acceptance, over questions; of the others, over the hold's time.  An interval of another
  // kind is over requests of a run without a hold, and does not see its ramp and drain.
  const bool is_sound =
      figure.group == FigureGroup::kAcceptance || (has_interval && estimate->degrees > 0);
  if (has_interval && is_sound) {
    measured.measured.spread = SpreadOfInterval(
        number, {.low = estimate->low, .high = estimate->high, .degrees = estimate->degrees});
    return measured;
  }
  if (figure.group == FigureGroup::kAcceptance) return measured;
  measured.measured.spread = SpreadBy(
      number, without_each, [&](const FigureSet& set) { return NumberOf(figure.read(set)); });
  return measured;
}

// Empty where the figure is absent or no number.
std::vector<MeasuredStatistic> MeasureFigure(const FigureDefinition& figure, const FigureSet& set,
                                             const PartsOfRun& parts) {
  std::vector<MeasuredStatistic> statistics;
  const FigureValue value = figure.read(set);
  if (const auto* distribution = std::get_if<const Distribution*>(&value)) {
    for (const Statistic& statistic : Statistics()) {
      // JSON and the page have no text for infinity or NaN: it counts as absent.
      if (!std::isfinite((**distribution).*statistic.value)) continue;
      statistics.push_back(MeasureStatistic(figure, statistic, **distribution, parts));
    }
  } else if (const std::optional<double> number = NumberOf(value);
             number && std::isfinite(*number)) {
    statistics.push_back(MeasureNumber(figure, value, *number, parts.without_each));
  }
  return statistics;
}

// A run's lengths are of the whole run; they stand beside its headline.
FigureSet HeadlineOf(const Results& results) {
  FigureSet set = results.headline;
  set.length = results.whole_run.length;
  return set;
}

}  // namespace

MeasuredFigures MeasureFigures(const FigureSet& set, const PartsOfRun& parts) {
  MeasuredFigures figures;
  for (const FigureDefinition& figure : Catalogue()) {
    std::vector<MeasuredStatistic> statistics = MeasureFigure(figure, set, parts);
    if (!statistics.empty()) {
      figures.push_back({.figure = &figure, .statistics = std::move(statistics)});
    }
  }
  return figures;
}

MeasuredRun MeasureRun(const RunSample& sample) {
  // A hold that grows throughout has no steady state to which stretches of it would belong.
  const bool steady = !sample.results.growth;
  PartsOfRun parts;
  if (steady) parts = {.without_each = WithoutEachBlock(sample), .halves = HalvesOfBlocks(sample)};
  MeasuredRun run{.sample = &sample, .figures = MeasureFigures(HeadlineOf(sample.results), parts)};
  for (MeasuredFigure& fact : MeasureFacts(sample.results)) run.figures.push_back(std::move(fact));
  for (const SliceFigures& slice : sample.results.slices) {
    const bool compared =
        std::find(std::begin(kSlicedBy), std::end(kSlicedBy), slice.by) != std::end(kSlicedBy);
    if (!compared) continue;
    const SliceName name = {slice.by, slice.key};
    PartsOfRun of_slice;
    if (steady) {
      of_slice = {.without_each = WithoutEachBlock(sample, name),
                  .halves = HalvesOfBlocks(sample, name)};
    }
    run.slices.push_back(
        {.by = slice.by, .key = slice.key, .figures = MeasureFigures(slice.figures, of_slice)});
  }
  return run;
}

}  // namespace specctl
