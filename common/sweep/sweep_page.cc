#include "common/sweep/sweep_page.h"

#include <algorithm>
#include <array>
#include <vector>

#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/planning/per_gpu.h"
#include "common/planning/sweep_names.h"
#include "common/report/number_text.h"
#include "common/report/result_names.h"
#include "common/report/text_layout.h"
#include "common/sweep/drift.h"
#include "common/sweep/picture.h"
#include "common/sweep/picture_text.h"

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

// Half the 95 % interval, of the value: "+-4 %"; empty: unknown.
std::string WidthText(const Measured* measured) {
  if (measured == nullptr || !(measured->value > 0)) return "";
  const auto low = measured->Low(kZ975), high = measured->High(kZ975);
  if (!low || !high) return "";
  const double width = (*high - *low) / 2 / measured->value;
  if (width >= 1) return "+->100 %";
  return width < 0.0005 ? "+-<0.1 %" : "+-" + ShareText(width);
}

// The load, User TPS and output TPS with their widths, per GPU, TTFT, step, AL, and what is to be
// said of the point.
using Cells = std::array<std::string, 10>;
std::string Row(const Cells& cells) {
  constexpr std::array<size_t, 9> kWidths = {14, 9, 9, 12, 9, 9, 10, 9, 7};
  std::string line = PadRight(cells[0], kWidths[0]);
  for (size_t i = 1; i < kWidths.size(); ++i) line += PadLeft(cells[i], kWidths[i]);
  return WithoutPadding(line + "  " + cells[9]);
}

std::string HeadRow() {
  return Row(
      {"", "user TPS", "95 %", "output TPS", "95 %", "per GPU", "TTFT p95", "step ms", "AL", ""});
}

std::string WhyNotDone(const PooledPoint& point) {
  if (point.state == PointState::kPlanned) return "not measured";
  return absl::StrFormat("%s: %s", std::string(PointStateName(point.state)), point.reason);
}

std::string PointRow(const Sweep& sweep, const PooledPoint& point) {
  const std::string load = LoadText(point.key.load);
  if (!point.done()) return PadRight(load, 14) + WhyNotDone(point) + "\n";
  const Measured* const user_tps = point.Find("user_tps", "p50");
  const Measured* const output_tps = point.Find("output_tps", "value");
  const auto per_gpu = OutputPerGpu(sweep, point);
  std::string about(VerdictName(point.measured.verdict));
  if (point.runs.size() > 1) about += absl::StrFormat(", %d runs", point.runs.size());
  for (const std::string_view label : kShownLabels) {
    if (point.measured.HasLabel(label)) about += ", " + std::string(label);
  }
  return Row({load, ValueText(user_tps), WidthText(user_tps), ValueText(output_tps),
              WidthText(output_tps), per_gpu ? FigureText(per_gpu->value) : "-",
              ValueText(point.Find("ttft_ms", "p95")),
              ValueText(point.Find("step_latency_ms", "mean")),
              ValueText(point.Find("per_step", "value")), about});
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
                           before->place() != point.key.place();
    if (new_curve) {
      out += absl::StrFormat("\n%s on %s\n", point.key.target, PlaceText(point.key.place()));
      out += HeadRow();
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
  std::string out =
      absl::StrFormat("%s%s   %s   %s in %s\n", PadRight("SWEEP", kLabelColumns), sweep.id,
                      PointCounts(points), CountedText(runs, "run"), SecondsText(sweep.spent_s));
  for (const SweepTarget& target : sweep.targets) out += TargetLine(target);
  out += Tables(sweep, points);
  for (const Picture& picture : PicturesOf(sweep)) {
    out += "\n" + PictureText(picture, {.columns = std::min(options.columns, kPageColumns)});
  }
  out += PairLines(sweep);
  out += Notes(sweep, points);
  out += absl::StrFormat(
      "\n%s/   sweep.json, pareto.csv, pareto.svg, runs/\nnext: specctl plan %s --slo "
      "\"ttft_p95 <= 2s, user_tps_p10 >= 30\" --demand 4000tps\n",
      options.folder, options.folder);
  return FitLines(out, options.columns);
}

}  // namespace specctl
