#include "common/report/acceptance_block.h"

#include <algorithm>
#include <map>
#include <vector>

#include "common/base/printable.h"
#include "common/figures/catalogue.h"
#include "common/report/figure_table.h"
#include "common/report/number_text.h"
#include "common/report/reconciliation_block.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

constexpr size_t kSliceColumns = 25;  // values begin under the table's
constexpr size_t kSlicesShownMax = 8;

std::string Rate(double value) { return FixedText(value, 2); }

std::string_view SourceText(AcceptanceSource source) {
  switch (source) {
    case AcceptanceSource::kPerRequest:
      return "from per-request statistics";
    case AcceptanceSource::kTimings:
      return "from the server's timings";
    case AcceptanceSource::kCounters:
      return "from the servers' counters, whole run";
    case AcceptanceSource::kMetricsFiles:
      return "from the server's own files, whole run";
    case AcceptanceSource::kMixed:
      return "from each target's own source";
    case AcceptanceSource::kChunks:
      break;
  }
  return "from chunks";
}

std::string MergedText(const AcceptanceFigures& figures) {
  if (!figures.merged_share) return "share of merged steps unknown";
  return ShareText(*figures.merged_share) + " of steps merged";
}

// Its name under the acceptance length.
template <auto kField>
std::string ShortLabelOf() {
  const FigureDefinition& figure = DefinitionOf<kField>();
  return std::string(figure.short_label.empty() ? figure.label : figure.short_label);
}

// Items behind the three columns that the table above has, too.
void AppendRow(std::string_view name, const std::optional<Estimate>& value,
               const std::vector<std::string>& items, std::string& out) {
  const std::string start =
      FigureStart(name, value ? Rate(value->value) : "-", value ? IntervalText(*value, Rate) : "");
  AppendFlow({.label = start, .label_columns = ColumnsOf(start), .separator = "   "}, items, out);
}

// What the headline covers, where that is not all.
void AddCoverage(const Results& results, std::vector<std::string>& items) {
  uint64_t covered = 0, speculate = 0;
  const bool by_counters = results.headline.acceptance->source == AcceptanceSource::kCounters;
  for (const TargetAcceptance& target : results.acceptance_sources) {
    if (!target.speculates) continue;
    ++speculate;
    // A headline of counters covers the targets that have nothing else, and the other way round.
    const bool counters_only = target.source == AcceptanceSource::kCounters;
    if (target.source && counters_only == by_counters) ++covered;
  }
  // Said only where something is missing: on most runs it would be noise.
  if (covered < speculate) {
    items.push_back(CountText(covered) + " of " + CountedText(speculate, "target"));
  }
  if (results.headline.acceptance->source_share < 1) {
    items.push_back(ShareText(results.headline.acceptance->source_share) + " of requests");
  }
}

void AppendPerStep(const Results& results, std::string& out) {
  const AcceptanceFigures& figures = *results.headline.acceptance;
  std::vector<std::string> items = {"per step, uncut, " + std::string(SourceText(figures.source))};
  AddCoverage(results, items);
  if (figures.lower_bound) {
    // Without lengths, what the end cut off each last step is not known.
    items.emplace_back(figures.histogram.empty()
                           ? "a lower bound: last steps were cut off"
                           : "a lower bound: the longest steps were all cut off");
  }
  if (figures.approximate) items.push_back("approximate: " + MergedText(figures));
  AppendRow(LabelOf<&AcceptanceFigures::per_step>(), figures.per_step, items, out);
  if (figures.delivered_per_step) {
    AppendRow("  " + ShortLabelOf<&AcceptanceFigures::delivered_per_step>(),
              figures.delivered_per_step, {"with last steps as cut by the end of the response"},
              out);
  }
}

void AppendPerDraft(const AcceptanceFigures& figures, std::string& out) {
  if (figures.per_draft) {
    std::vector<std::string> items;
    if (figures.drafts) items.push_back(CountedText(*figures.drafts, "draft"));
    if (figures.accept_rate)
      items.push_back(ShortLabelOf<&AcceptanceFigures::accept_rate>() + " " +
                      Rate(figures.accept_rate->value));
    AppendRow("  " + ShortLabelOf<&AcceptanceFigures::per_draft>(), figures.per_draft, items, out);
  } else if (figures.accept_rate) {
    AppendRow("  " + ShortLabelOf<&AcceptanceFigures::accept_rate>(), figures.accept_rate,
              {"it is not known which steps had a draft"}, out);
  }
}

// Merged steps look like drafts of any length: what stands beyond says nothing of positions.
constexpr size_t kPositionsMax = 12;

void AppendPositions(const AcceptanceFigures& figures, std::string& out) {
  const bool given = !figures.conditional.empty();
  const std::vector<double>& rates = given ? figures.conditional : figures.joint;
  if (rates.empty()) return;
  std::vector<std::string> items;
  for (const double rate : rates) {
    if (items.size() == kPositionsMax) {
      // The rest is in summary.json.
      items.emplace_back("..");
      break;
    }
    items.push_back(Rate(rate));
  }
  items.push_back(
      std::string("  (") + (given ? "each given those before it" : "with those before it") +
      ", of " + (figures.rates_over_steps ? "steps" : "drafts") +
      (given && figures.conditional_approximate ? " of several lengths: approximate)" : ")"));
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

void AppendCounters(const Results& results, std::string& out) {
  if (!results.acceptance_of_counters) return;
  const AcceptanceFigures& counters = *results.acceptance_of_counters;
  const std::optional<AcceptanceFigures>& headline = results.headline.acceptance;
  const bool is_headline = headline && headline->source == AcceptanceSource::kCounters;
  // They stand in the rows above.
  if (is_headline) return;
  std::vector<std::string> items;
  if (counters.per_step) items.emplace_back("per step, uncut, whole run");
  if (counters.delivered_per_step) {
    items.push_back("delivered " + Rate(counters.delivered_per_step->value));
  }
  if (counters.per_draft)
    items.push_back(ShortLabelOf<&AcceptanceFigures::per_draft>() + " " +
                    Rate(counters.per_draft->value));
  if (counters.accept_rate)
    items.push_back(ShortLabelOf<&AcceptanceFigures::accept_rate>() + " " +
                    Rate(counters.accept_rate->value));
  AppendRow("  servers' counters", counters.per_step, items, out);
}

void AppendLogged(const Results& results, std::string& out) {
  if (!results.logged) return;
  const LoggedFigures& logged = *results.logged;
  std::vector<std::string> items;
  if (logged.acceptance) {
    items.push_back("all responses: per draft " + Rate(logged.acceptance->per_draft->value));
    if (logged.acceptance->accept_rate) {
      items.push_back("accept rate " + Rate(logged.acceptance->accept_rate->value));
    }
    items.emplace_back("their ids are not those that arrived here");
  } else if (logged.responses == 0 && logged.error.empty()) {
    items.push_back("nothing was written to " + Printable(logged.folder));
    items.emplace_back("does the server run with --export-metrics-to-file?");
  } else {
    items.push_back(CountText(logged.of_run) + " responses of this run");
    if (logged.of_others > 0) items.push_back(CountText(logged.of_others) + " of others");
  }
  if (logged.undecodable_lines > 0) {
    items.push_back(CountText(logged.undecodable_lines) + " lines can't be read");
  }
  if (!logged.error.empty()) items.push_back(Printable(logged.error));
  AppendFlow({.label = "  server's files", .label_columns = kSliceColumns}, items, out);
}

// Why there is no figure.
std::string WhyNone(const Results& results) {
  for (const TargetAcceptance& target : results.acceptance_sources) {
    // The first target's reason: they are most often the same.
    if (target.speculates && !target.why_none.empty()) return target.why_none;
  }
  return "no response reported its steps";
}

// Whether two dimensions cut the requests into the same slices, as SPEED-Bench's throughput sets
// do, whose category is the tier.
bool SameSlices(const Results& results, Dimension one, Dimension other) {
  std::map<std::string, uint64_t> ones, others;
  for (const SliceFigures& slice : results.slices) {
    if (slice.by == one) ones[slice.key] += slice.conservation.sent;
    if (slice.by == other) others[slice.key] += slice.conservation.sent;
  }
  return ones == others;
}

using Slices = std::vector<const SliceFigures*>;

Slices SlicesBy(const Results& results, Dimension by) {
  Slices slices;
  for (const SliceFigures& slice : results.slices) {
    if (slice.by == by) slices.push_back(&slice);
  }
  return slices;
}

// Whether requests tell of acceptance, so that slices have it.
bool HasSlices(const Results& results) {
  const std::optional<AcceptanceFigures>& headline = results.headline.acceptance;
  return headline && headline->source != AcceptanceSource::kCounters;
}

// Acceptance length per step of each slice; where there are no steps, the median User TPS.
void AppendSlices(const Results& results, Dimension by, const Slices& slices, std::string& out) {
  const bool acceptance = HasSlices(results);
  std::vector<std::string> items;
  for (const SliceFigures* slice : slices) {
    // The slice is named even where it has no figure: its absence would look like a bug.
    std::string figure = "-";
    const FigureSet& figures = slice->figures;
    if (acceptance && figures.acceptance && figures.acceptance->per_step) {
      figure = Rate(figures.acceptance->per_step->value);
    } else if (!acceptance && figures.latency.user_tps) {
      figure = FigureText(figures.latency.user_tps->p50);
    }
    items.push_back((slice->key.empty() ? "(none)" : Printable(slice->key)) + " " + figure);
  }
  // One slice is the headline again.
  if (items.size() < 2) return;
  const std::string label =
      (acceptance ? "  by " : "user TPS p50 by ") + std::string(DimensionName(by));
  AppendFlow({.label = label, .label_columns = kSliceColumns}, items, out);
}

// Tokens per draft of each slice, where steps without a draft make them differ from those per step.
void AppendPerDraftSlices(const Results& results, Dimension by, std::string& out) {
  const std::optional<AcceptanceFigures>& headline = results.headline.acceptance;
  const bool differs =
      headline && headline->drafts && headline->steps && *headline->drafts < *headline->steps;
  if (!differs || SlicesBy(results, by).size() < 2) return;
  std::vector<std::string> items;
  bool any = false;
  for (const SliceFigures& slice : results.slices) {
    if (slice.by != by) continue;
    const auto& acceptance = slice.figures.acceptance;
    const bool known = acceptance && acceptance->per_draft;
    any = any || known;
    items.push_back((slice.key.empty() ? "(none)" : Printable(slice.key)) + " " +
                    (known ? Rate(acceptance->per_draft->value) : "-"));
  }
  // Chunks don't tell drafts from steps.
  if (!any) return;
  items.push_back("(" + std::string(SourceText(headline->source)) + ")");
  AppendFlow({.label = "  the same, per draft", .label_columns = kSliceColumns}, items, out);
}

// Those of most requests; of the response header in that order.
void AppendLargestSlices(const Results& results, Dimension by, std::string& out) {
  Slices slices = SlicesBy(results, by);
  const size_t all = slices.size();
  if (all > kSlicesShownMax || by == Dimension::kHeader) {
    std::stable_sort(slices.begin(), slices.end(), [](const auto* a, const auto* b) {
      return a->conservation.sent > b->conservation.sent;
    });
    slices.resize(std::min(all, kSlicesShownMax));
  }
  AppendSlices(results, by, slices, out);
  if (slices.size() == all) return;
  out += std::string(kSliceColumns, ' ') + "and " + std::to_string(all - slices.size()) +
         " more in summary.json\n";
}

void AppendAllSlices(const Results& results, std::string& out) {
  AppendSlices(results, Dimension::kTier, SlicesBy(results, Dimension::kTier), out);
  AppendPerDraftSlices(results, Dimension::kTier, out);
  if (!SameSlices(results, Dimension::kTier, Dimension::kCategory)) {
    AppendSlices(results, Dimension::kCategory, SlicesBy(results, Dimension::kCategory), out);
    AppendPerDraftSlices(results, Dimension::kCategory, out);
  }
  if (!HasSlices(results)) return;
  if (!SameSlices(results, Dimension::kCategory, Dimension::kSubCategory)) {
    AppendLargestSlices(results, Dimension::kSubCategory, out);
  }
  for (const Dimension by : {Dimension::kDifficulty, Dimension::kTurn, Dimension::kStage}) {
    AppendLargestSlices(results, by, out);
  }
}

}  // namespace

std::string AcceptanceBlock(const Results& results) {
  const bool speculates =
      std::any_of(results.acceptance_sources.begin(), results.acceptance_sources.end(),
                  [](const TargetAcceptance& target) { return target.speculates; });
  std::string out;
  if (results.headline.acceptance) {
    AppendPerStep(results, out);
    AppendPerDraft(*results.headline.acceptance, out);
    AppendPositions(*results.headline.acceptance, out);
  } else if (speculates) {
    out += FigureStart(LabelOf<&AcceptanceFigures::per_step>(), "-", "");
    out += WhyNone(results) + "\n";
  }
  if (speculates) {
    AppendFromChunks(results, out);
    AppendCounters(results, out);
    out += ReconciliationBlock(results);
  }
  AppendLogged(results, out);
  AppendAllSlices(results, out);
  AppendLargestSlices(results, Dimension::kHeader, out);
  return out;
}

}  // namespace specctl
