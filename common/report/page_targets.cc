#include "common/report/page_targets.h"

#include <algorithm>
#include <array>
#include <vector>

#include "common/base/printable.h"
#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

constexpr size_t kTargetsShownMax = 16;
constexpr size_t kTargetNameMin = 20, kTargetNameMax = 44;  // columns
constexpr size_t kTargetColumns = 9;

std::string OrDash(const std::optional<double>& value) {
  return value ? FigureText(*value) : std::string("-");
}

const TargetCounters* CountersOf(const Results& results, const std::string& target) {
  if (!results.servers) return nullptr;
  for (const TargetCounters& counters : results.servers->targets) {
    if (counters.target && TargetLabel(results.spec, *counters.target) == target) return &counters;
  }
  return nullptr;
}

std::string MeanText(const std::optional<GaugeSummary>& gauge) {
  return gauge ? FigureText(gauge->mean) : "-";
}

constexpr std::array<std::string_view, 7> kHeads = {"TPS",     "TTFT p50", "TTFT p99", "AL",
                                                    "running", "waiting",  "not ok"};

std::array<std::string, kHeads.size()> CellsOf(const Results& results, const SliceFigures& slice) {
  const auto& ttft = slice.figures.latency.ttft_ms;
  const auto& acceptance = slice.figures.acceptance;
  const TargetCounters* const counters = CountersOf(results, slice.key);
  const Conservation& books = slice.conservation;
  return {OrDash(slice.whole_run_output_tps),
          ttft ? FigureText(ttft->p50) : "-",
          ttft ? FigureText(ttft->p99) : "-",
          acceptance && acceptance->per_step ? FixedText(acceptance->per_step->value, 2) : "-",
          counters != nullptr ? MeanText(counters->running) : "-",
          counters != nullptr ? MeanText(counters->waiting) : "-",
          CountText(books.sent - books.ok)};
}

// A name that is too long has a line of its own.
std::string NameText(const std::string& name, size_t columns) {
  if (ColumnsOf(name) <= columns) return PadRight(name, columns);
  return name + "\n" + std::string(columns, ' ');
}

}  // namespace

std::string TargetTable(const Results& results) {
  std::vector<const SliceFigures*> targets;
  size_t name_columns = kTargetNameMin;
  for (const SliceFigures& slice : results.slices) {
    if (slice.by != Dimension::kTarget) continue;
    targets.push_back(&slice);
    name_columns = std::max(name_columns, ColumnsOf(Printable(slice.key)));
  }
  if (targets.size() < 2) return "";
  name_columns = std::min(name_columns, kTargetNameMax);
  std::string out = "\n" + PadRight("by target", name_columns);
  for (const std::string_view head : kHeads) out += PadLeft(head, kTargetColumns);
  out += "\n";
  for (size_t i = 0; i < std::min(targets.size(), kTargetsShownMax); ++i) {
    out += NameText(Printable(targets[i]->key), name_columns);
    for (const std::string& cell : CellsOf(results, *targets[i])) {
      out += PadLeft(cell, kTargetColumns);
    }
    out += "\n";
  }
  if (targets.size() > kTargetsShownMax) {
    out += CountText(targets.size() - kTargetsShownMax) + " more: slices in summary.json\n";
  }
  out +=
      "TPS of the whole run, TTFT in ms and acceptance length as above, running and waiting on "
      "average\n";
  return out;
}

}  // namespace specctl
