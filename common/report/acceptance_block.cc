#include "common/report/acceptance_block.h"

#include <vector>

#include "common/report/figure_table.h"
#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

constexpr size_t kSliceColumns = 25;  // values begin under the table's

std::string Rate(double value) { return FixedText(value, 2); }

std::string_view SourceText(AcceptanceSource source) {
  switch (source) {
    case AcceptanceSource::kPerRequest:
      return "from per-request statistics";
    case AcceptanceSource::kTimings:
      return "from the server's timings";
    case AcceptanceSource::kChunks:
      break;
  }
  return "from chunks";
}

std::string MergedText(const AcceptanceFigures& figures) {
  if (!figures.merged_share) return "share of merged steps unknown";
  return ShareText(*figures.merged_share) + " of steps merged";
}

// Items behind the three columns that the table above has, too.
void AppendRow(std::string_view name, const std::optional<Estimate>& value,
               const std::vector<std::string>& items, std::string& out) {
  const std::string start =
      FigureStart(name, value ? Rate(value->value) : "-", value ? IntervalText(*value, Rate) : "");
  AppendFlow({.label = start, .label_columns = ColumnsOf(start), .separator = "   "}, items, out);
}

void AppendPerStep(const AcceptanceFigures& figures, std::string& out) {
  std::vector<std::string> items = {"per step, " + std::string(SourceText(figures.source))};
  if (figures.source_share < 1) {
    items.back() += ", " + ShareText(figures.source_share) + " of requests";
  }
  if (figures.approximate) items.push_back("approximate: " + MergedText(figures));
  AppendRow("acceptance length", figures.per_step, items, out);
}

void AppendPerDraft(const AcceptanceFigures& figures, std::string& out) {
  if (figures.per_draft) {
    std::vector<std::string> items;
    if (figures.accept_rate) items.push_back("accept rate " + Rate(figures.accept_rate->value));
    AppendRow("  per draft", figures.per_draft, items, out);
  } else if (figures.accept_rate) {
    AppendRow("  accept rate", figures.accept_rate, {"which steps had a draft is not known"}, out);
  }
}

// Merged steps look like drafts of any length: what stands beyond says nothing of positions.
constexpr size_t kPositionsMax = 12;

void AppendPositions(const AcceptanceFigures& figures, std::string& out) {
  if (figures.conditional.empty()) return;
  std::vector<std::string> items;
  for (const double rate : figures.conditional) {
    if (items.size() == kPositionsMax) {
      items.emplace_back("..");
      break;
    }
    items.push_back(Rate(rate));
  }
  items.emplace_back("  (each given those before it)");
  AppendFlow({.label = "  by position", .label_columns = kSliceColumns, .separator = " "}, items,
             out);
}

void AppendFromChunks(const Results& results, std::string& out) {
  const std::optional<AcceptanceFigures>& chunks = results.acceptance_from_chunks;
  if (!chunks || !chunks->per_step) return;
  std::vector<std::string> items = {"per step"};
  if (chunks->approximate) items.push_back("approximate: " + MergedText(*chunks));
  AppendRow("  from chunks", chunks->per_step, items, out);
}

void AppendServersLength(const Results& results, std::string& out) {
  if (!results.servers || !results.servers->drafts || !results.servers->accepted_tokens) return;
  const ServerFigures& servers = *results.servers;
  if (*servers.drafts <= 0) return;
  std::vector<std::string> items = {"per draft, whole run"};
  if (servers.drafted_tokens && *servers.drafted_tokens > 0) {
    items.push_back("accept rate " + Rate(*servers.accepted_tokens / *servers.drafted_tokens));
  }
  const Estimate per_draft{.value = 1 + *servers.accepted_tokens / *servers.drafts,
                           .low = std::nullopt,
                           .high = std::nullopt};
  AppendRow("  servers' counters", per_draft, items, out);
}

// Acceptance length per step of each slice; where there are no steps, the median User TPS.
void AppendSlices(const Results& results, std::string_view by, std::string& out) {
  const bool acceptance = results.acceptance.has_value();
  std::vector<std::string> items;
  for (const SliceFigures& slice : results.slices) {
    if (slice.by != by) continue;
    std::string figure = "-";
    if (acceptance && slice.acceptance && slice.acceptance->per_step) {
      figure = Rate(slice.acceptance->per_step->value);
    } else if (!acceptance && slice.latency.user_tps) {
      figure = FigureText(slice.latency.user_tps->p50);
    }
    items.push_back((slice.key.empty() ? "(none)" : Printable(slice.key)) + " " + figure);
  }
  if (items.size() < 2) return;
  const std::string label = (acceptance ? "  by " : "user TPS p50 by ") + std::string(by);
  AppendFlow({.label = label, .label_columns = kSliceColumns}, items, out);
}

}  // namespace

std::string AcceptanceBlock(const Results& results) {
  std::string out;
  if (results.acceptance) {
    AppendPerStep(*results.acceptance, out);
    AppendPerDraft(*results.acceptance, out);
    AppendPositions(*results.acceptance, out);
  } else {
    out += FigureStart("acceptance length", "-", "");
    out += "no response told its steps\n";
  }
  AppendFromChunks(results, out);
  AppendServersLength(results, out);
  AppendSlices(results, "tier", out);
  AppendSlices(results, "category", out);
  return out;
}

}  // namespace specctl
