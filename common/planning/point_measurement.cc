#include "common/planning/point_measurement.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <absl/strings/numbers.h>
#include <absl/strings/str_join.h>

#include "common/matrix/run_cells.h"

namespace specctl {
namespace {

// Of slices only what is asked of a category or tier: a sweep has hundreds of them.
constexpr std::array<std::string_view, 8> kSliceFigures = {
    "user_tps",           "ttft_ms",   "itl_ms",     "output_tokens", "per_step",
    "delivered_per_step", "per_draft", "accept_rate"};
constexpr std::array<std::string_view, 5> kSliceStatistics = {"value", "mean", "p10", "p50", "p95"};

template <size_t kCount>
bool IsOneOf(const std::array<std::string_view, kCount>& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// No plan asks for them: conditions know means and quantiles.  But of what ran at once the most
// tells how many the server takes.
bool IsExtremeOrDeviation(const FigureName& figure, std::string_view statistic) {
  if (figure.key == "servers_running" && statistic == "max") return false;
  return statistic == "min" || statistic == "max" || statistic == "stddev";
}

MeasuredFigures FiguresOf(const MeasuredRun& run) {
  MeasuredFigures kept;
  for (MeasuredFigure figure : run.figures) {
    std::erase_if(figure.statistics, [&](const MeasuredStatistic& statistic) {
      return IsExtremeOrDeviation(*figure.figure, statistic.key);
    });
    if (!figure.statistics.empty()) kept.push_back(std::move(figure));
  }
  return kept;
}

std::vector<MeasuredSlice> SlicesOf(const MeasuredRun& run) {
  std::vector<MeasuredSlice> slices;
  for (const MeasuredSlice& slice : run.slices) {
    if (slice.by != Dimension::kCategory && slice.by != Dimension::kTier) continue;
    MeasuredSlice kept{.by = slice.by, .key = slice.key, .figures = {}};
    for (MeasuredFigure figure : slice.figures) {
      if (!IsOneOf(kSliceFigures, figure.figure->key)) continue;
      std::erase_if(figure.statistics, [](const MeasuredStatistic& statistic) {
        return !IsOneOf(kSliceStatistics, statistic.key);
      });
      if (!figure.statistics.empty()) kept.figures.push_back(std::move(figure));
    }
    slices.push_back(std::move(kept));
  }
  return slices;
}

// What the run's targets told, each text once.
class ToldTexts {
 public:
  void Add(const std::string& text) {
    if (text != kUnknownSetup) texts_.insert(text);
  }
  std::string Joined() const { return absl::StrJoin(texts_, ", "); }

 private:
  std::set<std::string> texts_;
};

PointSetup SetupOf(const Results& results) {
  PointSetup setup{.dataset = results.spec.dataset.name,
                   .dataset_sha256 = results.spec.dataset.sha256,
                   .dataset_rows = results.spec.dataset.rows};
  ToldTexts models, engines, methods, drafters, lengths, speculations;
  for (size_t i = 0; i < results.spec.targets.size(); ++i) {
    const RowSetup target = SetupOfTarget(results, static_cast<uint32_t>(i));
    models.Add(target.model);
    engines.Add(target.engine);
    methods.Add(target.method);
    drafters.Add(target.drafter);
    lengths.Add(target.draft_length);
    speculations.Add(target.speculation);
  }
  setup.model = models.Joined();
  setup.engine = engines.Joined();
  setup.speculation_method = methods.Joined();
  setup.drafter = drafters.Joined();
  const std::string speculation = speculations.Joined();
  if (!speculation.empty()) setup.speculates = speculation != "off";
  // Replicas of several lengths have no length: the method still tells that they differ.
  uint32_t length = 0;
  if (absl::SimpleAtoi(lengths.Joined(), &length)) setup.draft_length = length;
  return setup;
}

}  // namespace

bool PointMeasurement::HasLabel(std::string_view label) const {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

PointMeasurement MeasurePoint(const MeasuredRun& run) {
  const Results& results = run.results();
  PointMeasurement point{.setup = SetupOf(results),
                         .hold_s = results.hold ? results.hold->length_s : results.run_length_s,
                         .verdict = results.verdict.state,
                         .figures = FiguresOf(run),
                         .slices = SlicesOf(run)};
  for (const VerdictReason& reason : results.verdict.reasons) {
    point.reasons.push_back(reason.text);
    // Of a curve it says more than the verdict: no load above it is a data point either.
    if (reason.code == ReasonCode::kUnstable) point.labels.emplace_back(kUnstableLabel);
  }
  for (const VerdictLabel& label : results.verdict.labels) {
    point.labels.emplace_back(label.name());
  }
  return point;
}

}  // namespace specctl
