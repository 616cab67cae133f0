#include "common/report/reconciliation_block.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include <absl/strings/str_join.h>

#include "common/report/figure_table.h"
#include "common/report/number_text.h"
#include "common/report/text_layout.h"

namespace specctl {
namespace {

using Values = Reconciliation::Values;

constexpr size_t kSourceColumns = 14;
constexpr size_t kReconciledPositionsMax = 4;  // summary.json has the rest

std::string_view RowLabel(ReconciledRow row) {
  switch (row) {
    case ReconciledRow::kTokens:
      return "tokens";
    case ReconciledRow::kSteps:
      return "steps";
    case ReconciledRow::kDrafts:
      return "drafts";
    case ReconciledRow::kDraftedTokens:
      return "drafted tokens";
    case ReconciledRow::kAcceptedTokens:
      return "accepted tokens";
    case ReconciledRow::kPerStep:
      return "length per step";
    case ReconciledRow::kPerDraft:
    case ReconciledRow::kEnd:
      break;
  }
  return "length per draft";
}

std::string_view SourceLabel(ReconciledSource source) {
  switch (source) {
    case ReconciledSource::kChunks:
      return "chunks";
    case ReconciledSource::kCounters:
      return "counters";
    default:
      return "per request";
  }
}

bool IsCount(ReconciledRow row) {
  return row != ReconciledRow::kPerStep && row != ReconciledRow::kPerDraft;
}

bool IsTold(const Values& values) {
  return std::count_if(values.begin(), values.end(),
                       [](const auto& value) { return value.has_value(); }) >= 2;
}

std::string ValueText(double value, bool count) {
  return count ? CountText(static_cast<uint64_t>(std::llround(value))) : FixedText(value, 2);
}

void AppendValues(std::string_view label, const Values& values, bool count, std::string& out) {
  std::string line = PadRight("  " + std::string(label), kNameColumns);
  for (const auto& value : values) {
    line += PadLeft(value ? ValueText(*value, count) : "-", kSourceColumns);
  }
  out += line + "\n";
}

std::string DifferenceText(const Reconciliation::Difference& difference,
                           const Reconciliation& table) {
  const bool count = IsCount(difference.row) && !difference.position;
  const std::string what = difference.position
                               ? "accept rate at position " + CountText(*difference.position + 1)
                               : std::string(RowLabel(difference.row));
  const double size = std::abs(difference.value);
  std::string text = what + " by " + std::string(SourceLabel(difference.source)) + ": " +
                     (count ? ValueText(size, true) : FixedText(size, 3)) +
                     (difference.value < 0 ? " less" : " more");
  const auto& against = table.Of(difference.row)[static_cast<size_t>(difference.against)];
  if (count && against.value_or(0) > 0) text += " (" + ShareText(size / *against) + ")";
  text += " than by " + std::string(SourceLabel(difference.against)) + ": ";
  if (!difference.expected) {
    text += difference.reasons.empty()
                ? "nothing explains it"
                : "more than explained by " + absl::StrJoin(difference.reasons, ", ");
    return text;
  }
  return text + absl::StrJoin(difference.reasons, ", ");
}

// Something else than tokens, which the page has elsewhere, too.
bool IsWorthATable(const Reconciliation& table) {
  for (size_t i = 1; i < kReconciledRows; ++i) {
    if (IsTold(table.rows[i])) return true;
  }
  return false;
}

}  // namespace

std::string ReconciliationBlock(const Results& results) {
  if (!results.reconciliation || !IsWorthATable(*results.reconciliation)) return "";
  const Reconciliation& table = *results.reconciliation;
  std::string out = PadRight("  whole run by", kNameColumns);
  for (size_t i = 0; i < kReconciledSources; ++i) {
    out += PadLeft(SourceLabel(static_cast<ReconciledSource>(i)), kSourceColumns);
  }
  out += "\n";
  for (size_t i = 0; i < kReconciledRows; ++i) {
    const auto row = static_cast<ReconciledRow>(i);
    if (IsTold(table.Of(row))) AppendValues(RowLabel(row), table.Of(row), IsCount(row), out);
  }
  const size_t positions = std::min(table.accept_rates.size(), kReconciledPositionsMax);
  for (size_t i = 0; i < positions; ++i) {
    if (!IsTold(table.accept_rates[i])) continue;
    AppendValues("rate at " + CountText(i + 1), table.accept_rates[i], false, out);
  }
  for (const Reconciliation::Difference& difference : table.differences) {
    AppendProse("  apart", DifferenceText(difference, table), out);
  }
  if (!table.counters_left_out.empty()) {
    AppendProse("  apart", "counters are left out: " + table.counters_left_out, out);
  }
  return out;
}

}  // namespace specctl
