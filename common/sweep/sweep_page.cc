#include "common/sweep/sweep_page.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/json_writer.h"
#include "common/report/number_text.h"
#include "common/report/result_names.h"
#include "common/report/text_layout.h"
#include "common/sweep/drift.h"
#include "common/sweep/time_budget.h"

namespace specctl {
namespace {

// Labels that say something of a point beside others; the rest stands on its run's page.
constexpr std::array<std::string_view, 8> kShownLabels = {
    "saturated", "unstable",   "cliff",          "drift",
    "queued",    "short_hold", "synthetic_text", "prefix_cache"};

std::string WithoutPadding(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string IntervalText(const Measured* measured) {
  if (measured == nullptr) return "-";
  const auto low = measured->Low(kZ975), high = measured->High(kZ975);
  const std::string value = FigureText(measured->value);
  if (!low || !high) return value;
  return absl::StrFormat("%s (%s .. %s)", value, FigureText(*low), FigureText(*high));
}

std::string ValueText(const Measured* measured) {
  return measured == nullptr ? "-" : FigureText(measured->value);
}

std::string LabelsText(const PooledPoint& point) {
  std::vector<std::string> shown;
  for (const std::string_view label : kShownLabels) {
    if (point.measured.HasLabel(label)) shown.emplace_back(label);
  }
  return absl::StrJoin(shown, " ");
}

std::string PlaceText(const PointKey& key) {
  std::string text = key.dataset;
  if (!key.tier.empty()) text += " " + key.tier;
  if (key.temperature) text += ", temperature " + FormatDouble(*key.temperature);
  return text;
}

std::string Row(const std::array<std::string, 8>& cells) {
  constexpr std::array<size_t, 7> kWidths = {14, 24, 28, 9, 9, 8, 6};
  std::string line = PadRight(cells[0], kWidths[0]);
  for (size_t i = 1; i < kWidths.size(); ++i) line += PadLeft(cells[i], kWidths[i]);
  return WithoutPadding(line + "  " + cells[7]);
}

std::string PointRow(const Sweep& sweep, const PooledPoint& point) {
  const std::string load = LoadText(point.key.load);
  if (!point.done()) {
    return WithoutPadding(
        PadRight(load, 14) +
        (point.state == PointState::kPlanned
             ? "not measured"
             : absl::StrFormat("%s: %s", point.state == PointState::kSkipped ? "skipped" : "failed",
                               point.reason)));
  }
  const auto per_gpu = OutputPerGpu(sweep, point);
  std::string verdict(VerdictName(point.measured.verdict));
  if (point.runs.size() > 1) verdict += absl::StrFormat(" x%d", point.runs.size());
  const std::string labels = LabelsText(point);
  return Row({load, IntervalText(point.Find("user_tps", "p50")),
              IntervalText(point.Find("output_tps", "value")),
              per_gpu ? FigureText(per_gpu->value) : "-", ValueText(point.Find("ttft_ms", "p95")),
              ValueText(point.Find("step_latency_ms", "mean")),
              ValueText(point.Find("per_step", "value")),
              labels.empty() ? verdict : verdict + "  " + labels});
}

std::string TargetLine(const SweepTarget& target) {
  std::vector<std::string> items = {target.name, absl::StrJoin(target.urls, " ")};
  for (const std::string& told : {target.engine, target.model, target.speculation_method}) {
    if (!told.empty()) items.push_back(told);
  }
  if (target.draft_length) items.push_back(absl::StrFormat("k=%d", *target.draft_length));
  if (target.gpus) items.push_back(CountedText(*target.gpus, "GPU"));
  std::string out;
  AppendFlow({.label = "target"}, items, out);
  return out;
}

std::string Tables(const Sweep& sweep, std::span<const PooledPoint> points) {
  std::string out;
  const PointKey* before = nullptr;
  for (const PooledPoint& point : points) {
    const bool new_curve = before == nullptr || before->target != point.key.target ||
                           PlaceText(*before) != PlaceText(point.key);
    if (new_curve) {
      out += absl::StrFormat("\n%s on %s\n", point.key.target, PlaceText(point.key));
      out += Row({"", "user TPS p50", "output TPS", "per GPU", "TTFT p95", "step ms", "AL", ""});
    }
    out += PointRow(sweep, point);
    before = &point.key;
  }
  return out;
}

std::string PairLines(const Sweep& sweep) {
  std::string out;
  for (const SweepPair& pair : sweep.pairs) {
    if (pair.state != PointState::kDone) {
      if (pair.reason.empty()) continue;
      AppendProse(
          "pair",
          absl::StrFormat("%s against %s: %s", PointText(pair.key), pair.baseline, pair.reason),
          out);
      continue;
    }
    const auto ratio = [&](std::string_view figure) {
      return IntervalText(FindMeasured(pair.ratios, figure, "mean"));
    };
    AppendFlow(
        {.label = "pair"},
        std::vector<std::string>{absl::StrFormat("%s / %s", PointText(pair.key), pair.baseline),
                                 "user TPS x " + ratio("user_tps"), "TTFT x " + ratio("ttft_ms")},
        out);
  }
  return out.empty() ? out : "\n" + out;
}

std::string Notes(const Sweep& sweep, std::span<const PooledPoint> points) {
  std::string out;
  for (const Drift& drift : FindDrift(sweep)) {
    AppendProse("drift", DriftText(drift) + ": points of this target may differ by time alone",
                out);
  }
  std::map<std::string, size_t> left_out;
  for (const PooledPoint& point : points) {
    for (const std::string& run : point.left_out) {
      AppendProse("left out",
                  absl::StrFormat("%s, whose verdict is invalid, of %s", run, PointText(point.key)),
                  out);
    }
  }
  return out.empty() ? out : "\n" + out;
}

}  // namespace

std::optional<Measured> OutputPerGpu(const Sweep& sweep, const PooledPoint& point) {
  const Measured* const told = point.Find("output_tps_per_gpu", "value");
  if (told != nullptr) return *told;
  const Measured* const tps = point.Find("output_tps", "value");
  const SweepTarget* const target = sweep.FindTarget(point.key.target);
  if (tps == nullptr || target == nullptr || !target->gpus) return std::nullopt;
  Measured per_gpu = *tps;
  const double gpus = *target->gpus;
  per_gpu.value /= gpus;
  if (per_gpu.spread) {
    per_gpu.spread->below /= gpus;
    per_gpu.spread->above /= gpus;
    per_gpu.spread->bound /= gpus;
  }
  return per_gpu;
}

std::string PointSummary(const SweepPoint& point) {
  const auto value = [&](std::string_view figure, std::string_view statistic) {
    return ValueText(FindMeasured(point.measured.figures, figure, statistic));
  };
  return absl::StrFormat("user TPS %s, output TPS %s, TTFT p95 %s ms, %s", value("user_tps", "p50"),
                         value("output_tps", "value"), value("ttft_ms", "p95"),
                         VerdictName(point.measured.verdict));
}

std::string PointCounts(std::span<const PooledPoint> points) {
  const auto count = [&](PointState state) {
    return static_cast<size_t>(
        std::count_if(points.begin(), points.end(),
                      [&](const PooledPoint& point) { return point.state == state; }));
  };
  std::string text =
      absl::StrFormat("%s: %d done", CountedText(points.size(), "point"), count(PointState::kDone));
  if (const size_t skipped = count(PointState::kSkipped))
    text += absl::StrFormat(", %d skipped", skipped);
  if (const size_t failed = count(PointState::kFailed))
    text += absl::StrFormat(", %d failed", failed);
  if (const size_t left = count(PointState::kPlanned))
    text += absl::StrFormat(", %d not measured", left);
  return text;
}

std::string SweepPage(const Sweep& sweep, const SweepPageOptions& options) {
  const std::vector<PooledPoint> points = PoolPoints(sweep);
  size_t runs = 0;
  for (const SweepPoint& point : sweep.points) runs += point.state == PointState::kDone ? 1 : 0;
  std::string out = absl::StrFormat("%s%s   %s   %s in %s\n", PadRight("SWEEP", kLabelColumns),
                                    sweep.id, PointCounts(points), CountedText(runs, "run"),
                                    SecondsText(SecondsSpent(sweep)));
  for (const SweepTarget& target : sweep.targets) out += TargetLine(target);
  out += Tables(sweep, points);
  out += PairLines(sweep);
  out += Notes(sweep, points);
  out += absl::StrFormat(
      "\n%s/   sweep.json, pareto.csv, runs/\nnext: specctl plan %s --slo "
      "\"ttft_p95 <= 2s, user_tps_p10 >= 30\" --demand 4000tps\n",
      options.folder, options.folder);
  return FitLines(out, options.columns);
}

}  // namespace specctl
